import type { CauseId } from '@closewait/core/facts';
import type { ReportFinding, ReportRemedy } from '@closewait/core/report';
import { readEndFilter } from './end-filter.ts';
import type { ConnectionLine, ConnectionSelection, ProcessRow } from './host-look.ts';

/**
 * What a way out does to connections, as exactly as it can be told.
 *
 * - `nothing`: none ends by it.
 * - `kernel`: the kernel ends those, and no other.
 * - `process`: those end, and everything else that the process has.
 * - `program`: the program closes them itself once it can.
 */
export interface Ended {
  readonly by: 'nothing' | 'kernel' | 'process' | 'program';
  /** Null: none, or they cannot be told. */
  readonly selection: ConnectionSelection | null;
}

/** One way to end connections, or to live with them: a remedy of a finding with its dry run. */
export interface CloseOption {
  readonly cause: CauseId;
  readonly remedy: ReportRemedy;
  readonly ended: Ended;
}

/** Remedies that end the process, and with it everything that it has. */
const ENDS_PROCESS: readonly string[] = ['restart', 'kill'];

/** The ways out for a process, or for one of its connections; each command once. */
export function listCloseOptions(row: ProcessRow, line: ConnectionLine | null): readonly CloseOption[] {
  const findings = line === null ? row.findings : row.findings.filter(({ cause }) => cause === line.cause);
  const options = findings.flatMap((finding) => [
    ...(line === null ? [] : endOne(finding, row, line)),
    ...finding.remedies.map((remedy) => ({ cause: finding.cause, remedy, ended: endedBy(remedy, finding, row) })),
  ]);
  const seen = new Set<string>();
  return options.filter(({ remedy: { id, command, does } }) => {
    const name = JSON.stringify([id, command ?? does]);
    return !seen.has(name) && seen.add(name);
  });
}

function endedBy({ id, command, frees }: ReportRemedy, { id: finding }: ReportFinding, { key }: ProcessRow): Ended {
  if (id === 'destroy') {
    const isTold = command !== null && readEndFilter(command) !== null;
    return { by: 'kernel', selection: isTold ? { of: 'command', key, command } : null };
  }
  if (ENDS_PROCESS.includes(id)) return { by: 'process', selection: { of: 'process', key } };
  return frees.connection
    ? { by: 'program', selection: { of: 'finding', key, finding } }
    : { by: 'nothing', selection: null };
}

/** Ending one connection in the kernel is offered only where that is a remedy of its finding: elsewhere it does harm. */
function endOne({ cause, remedies }: ReportFinding, { key }: ProcessRow, line: ConnectionLine): readonly CloseOption[] {
  const destroy = remedies.find(({ id }) => id === 'destroy');
  if (destroy?.command === undefined || destroy.command === null || line.netns === null) return [];
  const inNamespace = destroy.command.slice(0, Math.max(0, destroy.command.indexOf('ss -tK')));
  const command = `${inNamespace}ss -tK state close-wait src ${line.local} dst ${line.remote}`;
  const keeps = destroy.frees.descriptor
    ? ''
    : 'the descriptor stays open, and no list of connections shows it any more';
  const remedy = { ...destroy, command, does: 'ends this one connection in the kernel: the peer is free', risk: keeps };
  return [{ cause, remedy, ended: { by: 'kernel', selection: { of: 'command', key, command } } }];
}

import type { ReportFinding, ReportRemedy } from '@closewait/core/report';
import { FORGOTTEN_CAUSES, type OrderMethod } from '@closewait/core/ways';
import { type OrderSelection, spellOrder } from './dry-run.ts';
import type { ConnectionLine, ConnectionSelection, ProcessRow } from './host-look.ts';

/**
 * What a remedy does to connections.
 *
 * - `nothing`: none ends by it.
 * - `process`: those end, and everything else that the process has.
 * - `program`: the program closes them itself once it can.
 */
export interface Ended {
  readonly by: 'nothing' | 'process' | 'program';
  /** Null: none. */
  readonly selection: Exclude<ConnectionSelection, OrderSelection> | null;
}

/** One way to end connections, or to live with them: a method of `closewait close` with its dry run, or another remedy. */
export type CloseOption =
  | {
      readonly is: 'method';
      readonly method: OrderMethod;
      readonly command: string;
      readonly selection: OrderSelection;
    }
  | { readonly is: 'remedy'; readonly remedy: ReportRemedy; readonly ended: Ended };

/** Remedies that end the process, and with it everything that it has. */
const ENDS_PROCESS: readonly string[] = ['restart', 'kill'];

/** The least invasive first. */
const METHODS: readonly OrderMethod[] = ['auto', 'shutdown', 'destroy', 'timeout', 'limit', 'thaw', 'free-descriptor'];

/** The ways out for a process, or for one of its connections; each command once. */
export function listCloseOptions(row: ProcessRow, line: ConnectionLine | null): readonly CloseOption[] {
  const findings = line === null ? row.findings : row.findings.filter(({ cause }) => cause === line.cause);
  const methods = row.pid === null || findings.length === 0 ? [] : methodsOf(row.pid, findings, line);
  const remedies = findings.flatMap((finding) =>
    finding.remedies
      // What `closewait close` does is among the methods.
      .filter(({ command }) => methods.length === 0 || command?.startsWith('closewait close ') !== true)
      .map((remedy): CloseOption => ({ is: 'remedy', remedy, ended: endedBy(remedy, finding, row) })),
  );
  const seen = new Set<string>();
  return [...methods, ...remedies].filter((option) => {
    if (option.is === 'method') return true;
    const { id, command, does } = option.remedy;
    const name = JSON.stringify([id, command ?? does]);
    return !seen.has(name) && seen.add(name);
  });
}

/** What is for one cause alone is offered where there is that cause. */
function methodsOf(
  pid: number,
  findings: readonly ReportFinding[],
  line: ConnectionLine | null,
): readonly CloseOption[] {
  const has = (...causes: readonly string[]): boolean => findings.some(({ cause }) => causes.includes(cause));
  return METHODS.filter((method) => {
    if (method === 'thaw') return has('process-stopped');
    return method !== 'free-descriptor' || has(...FORGOTTEN_CAUSES);
  }).map((method) => {
    const selection: OrderSelection = { of: 'order', pid, method, line: line?.id ?? null };
    return { is: 'method', method, command: spellOrder(selection), selection };
  });
}

function endedBy({ id, frees }: ReportRemedy, { id: finding }: ReportFinding, { key }: ProcessRow): Ended {
  if (ENDS_PROCESS.includes(id)) return { by: 'process', selection: { of: 'process', key } };
  return frees.connection
    ? { by: 'program', selection: { of: 'finding', key, finding } }
    : { by: 'nothing', selection: null };
}

import type { Diagnosis } from '../diagnose/index.ts';
import { type Facts, type ProcessFacts, valueOr } from '../facts/index.ts';
import { formatContainer } from './build-connection.ts';
import type { ReportProcess } from './document.ts';
import { maskArguments } from './mask-arguments.ts';

/** What a process spends descriptors on. */
export interface DescriptorCounts {
  closeWait: number;
  closedButHeld: number;
}

/** By pid: descriptors on connections in CLOSE-WAIT and on closed sockets, whether or not they are in a finding. */
export function countDescriptors({ closed }: Facts, { descriptors }: Diagnosis): ReadonlyMap<number, DescriptorCounts> {
  const counts = new Map<number, DescriptorCounts>();
  for (const [pid, count] of descriptors) countsOf(counts, pid).closeWait = count;
  for (const { holders } of closed) {
    for (const { pid } of holders) countsOf(counts, pid).closedButHeld += 1;
  }
  return counts;
}

/** A process as the document shows it: what could not be read is null. */
export function buildProcess(
  process: ProcessFacts,
  counts: DescriptorCounts | undefined,
  showArguments: boolean,
): ReportProcess {
  const commandLine = valueOr(process.commandLine, null);
  const masked = commandLine === null ? null : maskArguments(commandLine, showArguments);
  const startedAtMs = valueOr(process.startedAtMs, null);
  const use = valueOr(process.descriptors, null);
  return {
    pid: process.pid,
    comm: valueOr(process.name, null),
    exe: valueOr(process.exe, null),
    cmdline: masked === null ? null : masked.cmdline,
    maskedArguments: masked === null ? 0 : masked.maskedArguments,
    uid: valueOr(process.uid, null),
    startedAt: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
    cgroup: valueOr(process.cgroup, null),
    unit: valueOr(process.unit, null),
    container: formatContainer(valueOr(process.container, null)),
    netns: valueOr(process.netns, null),
    descriptors:
      use === null
        ? null
        : {
            open: use.open,
            limit: Number.isFinite(use.softLimit) ? use.softLimit : null,
            closeWait: counts?.closeWait ?? 0,
            closedButHeld: counts?.closedButHeld ?? 0,
          },
  };
}

function countsOf(counts: Map<number, DescriptorCounts>, pid: number): DescriptorCounts {
  const found = counts.get(pid);
  if (found !== undefined) return found;
  const fresh = { closeWait: 0, closedButHeld: 0 };
  counts.set(pid, fresh);
  return fresh;
}

import { decodeProcStat, describeProblem } from '@closewait/core/codec';
import type { ActionOutcome, KernelSource, OwnerIdentity, Reading, Unknown } from '@closewait/core/facts';
import { decodeOwnerStatus } from './owner-status.ts';

/** Clocks are set meanwhile; a pid is not given again within the second in which its process started. */
const MOST_START_DIFFERENCE_MS = 1000;

/** What is asked of the owner's surroundings. */
export interface OwnerSource {
  readonly source: KernelSource;
  readonly isFrozen: (pid: number) => Reading<boolean>;
}

/** Whether the process is the one that was meant, and one that comes by: null, or why not. */
export function checkOwner({ source, isFrozen }: OwnerSource, owner: OwnerIdentity): ActionOutcome | null {
  const { pid } = owner;
  const path = `/proc/${pid}`;
  const bytes = source.readFile(`${path}/stat`);
  if (!bytes.known) return outcomeOfUnknown(bytes);
  const stat = decodeProcStat(bytes.value);
  if (!stat.ok) return { kind: 'refused', detail: `${path}/stat: ${describeProblem(stat.problem)}` };
  const { epochMs, bootMs } = source.beginLook();
  const startedAtMs = epochMs - bootMs + stat.value.startedBootMs;
  if (Math.abs(startedAtMs - owner.startedAtMs) > MOST_START_DIFFERENCE_MS)
    return { kind: 'changed', detail: `process ${pid} is another one by now`, hint: LOOK_AGAIN };
  if (pid === process.pid) return { kind: 'refused', detail: `process ${pid} is this command itself` };
  return (
    refusalOfState(pid, stat.value.state, stat.value.threads) ??
    refusalOfKind(source, pid) ??
    refusalOfFreezer(isFrozen(pid), pid)
  );
}

const LOOK_AGAIN = 'look again: closewait';

/** Of the first thread: a stop is of the whole process; an ended one may have left others behind. */
function refusalOfState(pid: number, state: string, threads: number): ActionOutcome | null {
  if (state === 'X' || (state === 'Z' && threads < 2))
    return { kind: 'already-gone', detail: `process ${pid} has ended` };
  if (state === 'T') {
    return {
      kind: 'refused',
      detail: `process ${pid} is stopped by a signal and would not come by`,
      hint: `closewait close pid:${pid} --with thaw`,
    };
  }
  return null;
}

function refusalOfKind(source: KernelSource, pid: number): ActionOutcome | null {
  const bytes = source.readFile(`/proc/${pid}/status`);
  if (!bytes.known) return outcomeOfUnknown(bytes);
  const status = decodeOwnerStatus(bytes.value);
  if (status === null) return { kind: 'refused', detail: `/proc/${pid}/status: no line TracerPid` };
  if (status.isKernels) return { kind: 'refused', detail: `process ${pid} is a thread of the kernel` };
  if (status.tracerPid !== 0) {
    const detail = `process ${pid} is traced by process ${status.tracerPid}, which decides when it goes on`;
    return { kind: 'refused', detail, hint: 'end the debugger or strace first' };
  }
  return null;
}

function refusalOfFreezer(frozen: Reading<boolean>, pid: number): ActionOutcome | null {
  // Not known: the thread is waited for, with a bound.
  if (!frozen.known || !frozen.value) return null;
  const hint = `closewait close pid:${pid} --with thaw`;
  return { kind: 'refused', detail: `process ${pid} is frozen by its cgroup and would not come by`, hint };
}

/** Why something was not done, where the reason is that something could not be read. */
export function outcomeOfUnknown({ why, detail, hint }: Unknown): ActionOutcome {
  const more = hint === undefined ? {} : { hint };
  switch (why) {
    case 'denied':
      return { kind: 'denied', detail, hint: hint ?? 'run as root, or with CAP_SYS_PTRACE' };
    case 'unsupported':
      return { kind: 'unsupported', detail, ...more };
    case 'gone':
      return { kind: 'already-gone', detail, ...more };
    default:
      return { kind: 'refused', detail, ...more };
  }
}

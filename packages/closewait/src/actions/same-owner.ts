import { decodeProcStat, describeProblem } from '@closewait/core/codec';
import type { ActionOutcome, KernelSource, OwnerIdentity } from '@closewait/core/facts';

/**
 * Start times count from boot and are told since the epoch, so setting the clock moves them; a pid is not given again within the
 * second in which its process started.
 */
const MOST_DIFFERENCE_MS = 1000;

/** A process as it is now, if it is the one that was meant. */
export type FoundOwner = { readonly kind: 'same'; readonly state: string } | ActionOutcome;

/** Reads /proc/PID/stat and compares when the process started. A zombie has ended: it holds nothing. */
export function findOwner(source: KernelSource, { pid, startedAtMs }: OwnerIdentity): FoundOwner {
  const path = `/proc/${pid}/stat`;
  const bytes = source.readFile(path);
  if (!bytes.known) {
    if (bytes.why === 'gone') return { kind: 'already-gone', detail: `process ${pid} has ended` };
    return { kind: bytes.why === 'denied' ? 'denied' : 'refused', detail: bytes.detail };
  }
  const stat = decodeProcStat(bytes.value);
  if (!stat.ok) return { kind: 'refused', detail: `${path}: ${describeProblem(stat.problem)}` };
  const { epochMs, bootMs } = source.beginLook();
  const { startedBootMs, state, threads } = stat.value;
  if (Math.abs(epochMs - bootMs + startedBootMs - startedAtMs) > MOST_DIFFERENCE_MS) {
    return { kind: 'changed', detail: `process ${pid} is another one by now`, hint: 'look again: closewait' };
  }
  // A first thread that has ended may have left others behind.
  if (state === 'X' || (state === 'Z' && threads < 2))
    return { kind: 'already-gone', detail: `process ${pid} has ended` };
  return { kind: 'same', state };
}

/** The first owner that is not as it was; null where all are. */
export function findOtherOwner(source: KernelSource, owners: readonly OwnerIdentity[]): ActionOutcome | null {
  for (const owner of owners) {
    const found = findOwner(source, owner);
    if (found.kind !== 'same') return found;
  }
  return null;
}

import type { KernelSource, OwnerIdentity } from '@closewait/core/facts';
import type { OrderedAction } from '@closewait/core/ways';
import { type DescriptorLimits, readDescriptorLimits, setDescriptorLimits } from '../ffi/index.ts';
import { type Acted, refusedBy } from './acted.ts';
import { findOwner } from './same-owner.ts';

type Limit = Extract<OrderedAction, { readonly method: 'limit' }>;

/**
 * Raises the limit of descriptors of a process, and never lowers it. prlimit(2) takes a pid: between the comparison of the start
 * and the call lie microseconds in which the process could end and its number be given again, which takes a whole round of pids.
 */
export function raiseLimit(source: KernelSource, owner: OwnerIdentity, { soft, hard }: Limit): Acted {
  const { pid } = owner;
  const now = readDescriptorLimits(pid);
  if (!now.ok) return refusedBy(now, meaningOf(now.errno, pid));
  if (now.value.soft >= soft) {
    return { kind: 'already-gone', detail: `the limit of process ${pid} is ${now.value.soft} already` };
  }
  const wanted: DescriptorLimits = { soft, hard: Math.max(now.value.hard, hard) };
  const found = findOwner(source, owner);
  if (found.kind !== 'same') return found;
  const set = setDescriptorLimits(pid, wanted);
  if (!set.ok) return refusedBy(set, meaningOf(set.errno, pid), HINT);
  const after = readDescriptorLimits(pid);
  if (!after.ok) return refusedBy(after, `reading the limit of process ${pid} again`);
  if (after.value.soft < soft)
    return { kind: 'refused', detail: `the limit of process ${pid} is ${after.value.soft} still` };
  return { kind: 'done', says: `prlimit: the limit of process ${pid} is ${after.value.soft}, was ${now.value.soft}` };
}

const HINT = 'run as root; no limit may be above sysctl fs.nr_open';

function meaningOf(errno: string, pid: number): string {
  if (errno === 'ESRCH') return `process ${pid} has ended`;
  return errno === 'EPERM' ? `the limit of process ${pid} needs CAP_SYS_RESOURCE` : `process ${pid}`;
}

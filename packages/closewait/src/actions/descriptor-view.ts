import { type Holder, type KernelSource, known, type Reading } from '@closewait/core/facts';

/**
 * What a descriptor number leads to now.
 *
 * - `open`: the socket that was meant.
 * - `free`: nothing.
 * - `other`: another file.
 */
export type DescriptorNow = 'open' | 'free' | 'other';

/** Reads where a descriptor leads. Needs the owner's uid or CAP_SYS_PTRACE. */
function readDescriptorNow(source: KernelSource, { pid, tid, fd }: Holder, inode: number): Reading<DescriptorNow> {
  const link = source.readLink(`/proc/${pid}/task/${tid}/fd/${fd}`);
  if (link.known) return known(link.value === `socket:[${inode}]` ? 'open' : 'other');
  return link.why === 'gone' ? known('free') : link;
}

/** The same of several descriptors that all lead to one socket: `open` as long as one of them does. */
export function readDescriptorsNow(
  source: KernelSource,
  holders: readonly Holder[],
  inode: number,
): Reading<DescriptorNow> {
  const now = holders.map((holder) => readDescriptorNow(source, holder, inode));
  const open = now.find((one) => one.known && one.value === 'open');
  return open ?? now.find((one) => !one.known) ?? now[0] ?? known('free');
}

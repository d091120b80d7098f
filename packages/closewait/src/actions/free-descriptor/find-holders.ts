import { HeldRecords } from '@closewait/core/codec';
import type { Holder, KernelSource } from '@closewait/core/facts';

/** More are counted only: a sentence is not a table. */
const MOST_NAMED = 8;

/** Who holds these sockets, by inode: one walk over all descriptors. Empty where that cannot be done. */
export async function findHolders(
  source: KernelSource,
  inodes: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly Holder[]>> {
  const holders = new Map<number, Holder[]>();
  const listed = await source.listHeld({ states: ['CLOSE-WAIT', 'CLOSED'], congested: false, instances: false });
  const records = listed.known ? HeldRecords.from(listed.value) : null;
  if (records === null || !records.ok) return holders;
  for (let index = 0; index < records.value.length; index++) {
    const inode = records.value.inodeAt(index);
    if (!inodes.has(inode)) continue;
    const found = holders.get(inode) ?? [];
    holders.set(inode, found);
    found.push({
      pid: records.value.pidAt(index),
      tid: records.value.tidAt(index),
      fd: records.value.fdAt(index),
    });
  }
  return holders;
}

/** `descriptor 7 of 812, descriptor 7 of 813`, or null where there is no more than one. */
export function nameHolders(holders: readonly Holder[] | undefined): string | null {
  const distinct = new Set(holders?.map(({ pid, fd }) => `descriptor ${fd} of ${pid}`));
  if (distinct.size < 2) return null;
  const named = [...distinct].slice(0, MOST_NAMED).join(', ');
  return distinct.size > MOST_NAMED ? `${named} and ${distinct.size - MOST_NAMED} more` : named;
}

import type { DescriptorOrder } from './batch.ts';
import type { OwnerSource } from './check-owner.ts';
import type { OwnerThread } from './choose-threads.ts';

/**
 * The threads that have the table in which the descriptors are: after unshare(CLONE_FILES), or where the leader has ended,
 * that is not everybody's. Where kcmp(2) is not there all of them: the thread judges each descriptor once more.
 */
export function withTableOf(
  { source }: OwnerSource,
  pid: number,
  threads: readonly OwnerThread[],
  orders: readonly DescriptorOrder[],
): readonly OwnerThread[] {
  const tables: OwnerThread[][] = [];
  for (const thread of threads) {
    const table = tables.find(([first]) => {
      const shared = source.shareDescriptors(first?.tid ?? pid, thread.tid);
      return !shared.known || shared.value;
    });
    if (table === undefined) tables.push([thread]);
    else table.push(thread);
  }
  const heldBy = ([thread]: readonly OwnerThread[]): number =>
    orders.filter(({ fd, inode }) => {
      const link = source.readLink(`/proc/${pid}/task/${thread?.tid ?? pid}/fd/${fd}`);
      return link.known && link.value === `socket:[${inode}]`;
    }).length;
  if (tables.length < 2) return threads;
  const counted = tables.map((table) => ({ table, held: heldBy(table) }));
  return counted.reduce((most, other) => (other.held > most.held ? other : most)).table;
}

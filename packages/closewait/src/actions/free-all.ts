import type { ActionOutcome, CauseId, KernelSource } from '@closewait/core/facts';
import type { Order } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { freeDescriptors } from './free-descriptor/free-descriptors.ts';

/** Gives back the descriptors of all orders that say so: those of one process and cause together. */
export async function freeAll(
  orders: readonly Order[],
  source: KernelSource,
): Promise<ReadonlyMap<Order, ActionOutcome>> {
  const outcomes = new Map<Order, ActionOutcome>();
  const freeing = orders.filter(({ action }) => action?.method === 'free-descriptor');
  for (const together of Map.groupBy(freeing, keyOf).values()) {
    const [first] = together;
    const owner = first?.owners[0];
    if (first === undefined || owner === undefined) continue;
    const { cause } = first.finding;
    const freed = await freeTogether(together, { owner, cause }, source);
    for (const [index, order] of together.entries()) {
      outcomes.set(order, freed[index] ?? { kind: 'refused', detail: 'it was not reached' });
    }
  }
  return outcomes;
}

function keyOf({ owners, finding }: Order): string {
  return `${owners[0]?.pid ?? 0} ${owners[0]?.startedAtMs ?? 0} ${finding.cause}`;
}

function freeTogether(
  orders: readonly Order[],
  { owner, cause }: { readonly owner: Order['owners'][number]; readonly cause: CauseId },
  source: KernelSource,
): Promise<readonly ActionOutcome[]> {
  const descriptors = orders.map(({ target }) => {
    const fd = target.holders[0]?.fd ?? -1;
    return isConnection(target) ? { fd, inode: target.inode, cookie: target.cookie } : { fd, inode: target.inode };
  });
  // Where it was not accepted, there is no such action.
  return freeDescriptors(owner, descriptors, { source, cause, acceptsReuse: true });
}

import { setTimeout } from 'node:timers/promises';
import type { Holder } from '@closewait/core/facts';
import type { DescriptorOrder } from './batch.ts';
import { MOST_ORDERS } from './batch-layout.ts';
import { findHolders, nameHolders } from './find-holders.ts';
import { type BatchSurroundings, freeBatch } from './free-batch.ts';
import type { Judged } from './look-afterwards.ts';

/** Somebody who looks at the descriptor has let go of it by then. */
const BETWEEN_PASSES_MS = 20;
const MOST_PASSES = 2;

/** One answer for each order, and a thread that has the table in which the descriptors are. */
export interface FreedInBatches {
  readonly judged: readonly Judged[];
  readonly tid: number;
}

/** Gives descriptors back a batch at a time. What keeps one batch from being done as a whole keeps the others, too. */
export async function freeInBatches(
  batches: BatchSurroundings,
  orders: readonly DescriptorOrder[],
): Promise<FreedInBatches> {
  const judged: Judged[] = [];
  let tid = batches.owner.pid;
  for (let start = 0; start < orders.length; start += MOST_ORDERS) {
    const batch = await freeBatch(batches, orders.slice(start, start + MOST_ORDERS));
    judged.push(...batch.judged);
    tid = batch.tid;
    const last = batch.judged.at(-1);
    if (batch.goOn || last === undefined) continue;
    judged.push(...orders.slice(judged.length).map(() => ({ ...last, verdict: null })));
    break;
  }
  return { judged, tid };
}

/** What was judged in the end, and who holds what has more than one reference, by inode. */
export interface JudgedAgain {
  readonly judged: readonly Judged[];
  readonly holders: ReadonlyMap<number, readonly Holder[]>;
}

/**
 * Asks again for descriptors with a second reference and no second holder. Whoever looks at a descriptor has a reference
 * for that moment: readers of /proc/PID/fd (fget_task, fs/proc/fd.c), and BPF iterators. One that stays is a real one: a call in
 * progress, or a file that is in flight, mapped, or registered with an io_uring.
 */
export async function askDoubtfulAgain(
  batches: BatchSurroundings,
  orders: readonly DescriptorOrder[],
  first: readonly Judged[],
): Promise<JudgedAgain> {
  const judged = [...first];
  const listDoubtful = (): readonly number[] =>
    judged.flatMap(({ verdict }, index) => (verdict === 'referenced' ? [index] : []));
  const shared = listDoubtful().flatMap((index) => orders[index]?.inode ?? []);
  const { source } = batches.surroundings;
  const holders = shared.length === 0 ? new Map<number, never>() : await findHolders(source, new Set(shared));
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const again = listDoubtful().flatMap((index) => {
      const order = orders[index];
      return order === undefined || nameHolders(holders.get(order.inode)) !== null ? [] : [{ index, order }];
    });
    if (again.length === 0) break;
    await setTimeout(BETWEEN_PASSES_MS);
    const asked = await freeInBatches(
      batches,
      again.map(({ order }) => order),
    );
    for (const [position, { index }] of again.entries()) {
      const answer = asked.judged[position];
      if (answer !== undefined) judged[index] = answer;
    }
  }
  return { judged, holders };
}

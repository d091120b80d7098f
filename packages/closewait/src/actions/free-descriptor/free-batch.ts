import { setTimeout } from 'node:timers/promises';
import type { ActionOutcome, OwnerIdentity } from '@closewait/core/facts';
import type { DescriptorOrder, OrderResult } from './batch.ts';
import { checkOwner, type OwnerSource, outcomeOfUnknown } from './check-owner.ts';
import { chooseThreads, threadsByDescriptor } from './choose-threads.ts';
import type { CloseRunner } from './close-runner.ts';
import { withTableOf } from './find-table.ts';
import type { Judged } from './look-afterwards.ts';
import { readThreads } from './read-threads.ts';
import { refusalOfAll, refusalOfEnd, refusalOfWait } from './refusals.ts';
import { outcomeOfVerdict } from './verdict-outcome.ts';

/** Threads are looked for so often: those of busy programs end, or begin another call, before they are asked. */
const MOST_ROUNDS = 5;
/** A process that is ending has ended by then. */
const BETWEEN_ROUNDS_MS = 5;
/** Threads that are asked in one round. */
const MOST_ASKED = 3;
/** A thread that does not come is waited for; after this time nobody else is asked. */
const MOST_ASKING_MS = 3000;

/** Whom to ask, and with what. */
export interface BatchSurroundings {
  readonly runner: CloseRunner;
  readonly owner: OwnerIdentity;
  readonly surroundings: OwnerSource;
}

/** One answer for each order; `goOn`: whether another batch may fare better. */
export interface BatchOutcome {
  readonly judged: readonly Judged[];
  readonly goOn: boolean;
  /** A thread that has the table in which the descriptors are. */
  readonly tid: number;
}

/** Checks the owner, refuses what a thread waits for, and has a thread close the rest. */
export async function freeBatch(batch: BatchSurroundings, orders: readonly DescriptorOrder[]): Promise<BatchOutcome> {
  const deadline = performance.now() + MOST_ASKING_MS;
  for (let round = 1; ; round++) {
    const { answers, otherwise, next, tid } = await askOnce(batch, orders);
    if (next === 'again' && round < MOST_ROUNDS && performance.now() < deadline) {
      await setTimeout(BETWEEN_ROUNDS_MS);
      continue;
    }
    const judged = orders.map((order) => answers.get(order) ?? { outcome: otherwise, verdict: null });
    return { judged, goOn: next === 'go-on', tid };
  }
}

/** What came of one round. */
interface Asked {
  readonly answers: ReadonlyMap<DescriptorOrder, Judged>;
  /** For the orders without an answer. */
  readonly otherwise: ActionOutcome;
  readonly tid: number;
  /** Whether to ask again, to go on with other orders, or that all of it would come to the same. */
  readonly next: 'again' | 'go-on' | 'stop';
}

async function askOnce(
  { runner, owner, surroundings }: BatchSurroundings,
  orders: readonly DescriptorOrder[],
): Promise<Asked> {
  const { pid } = owner;
  const answers = new Map<DescriptorOrder, Judged>();
  const changed = checkOwner(surroundings, owner);
  if (changed !== null) return { answers, otherwise: changed, next: 'stop', tid: pid };
  const threads = readThreads(surroundings.source, pid);
  if (!threads.known) return { answers, otherwise: outcomeOfUnknown(threads), next: 'stop', tid: pid };
  const waiting = threadsByDescriptor(threads.value);
  for (const order of orders) {
    const waits = waiting.get(order.fd);
    if (waits !== undefined) answers.set(order, { outcome: refusalOfWait(order.fd, waits), verdict: null });
  }
  const rest = orders.filter((order) => !answers.has(order));
  const holders = withTableOf(surroundings, pid, threads.value, rest);
  const tid = holders[0]?.tid ?? pid;
  let otherwise = refusalOfAll(pid, threads.value);
  if (rest.length === 0) return { answers, otherwise, next: 'go-on', tid };
  const candidates = chooseThreads(holders).slice(0, MOST_ASKED);
  const hasEnded = (): boolean => checkOwner(surroundings, owner)?.kind === 'already-gone';
  for (const candidate of candidates) {
    const end = await runner.run({ pid, tid: candidate.tid }, rest, hasEnded);
    const refused = refusalOfEnd(end, candidate.tid, pid);
    if (refused === null && (end.kind === 'came' || end.kind === 'cut-off')) {
      for (const [index, order] of rest.entries()) {
        const result = end.result.orders[index] ?? UNREACHED;
        answers.set(order, { outcome: outcomeOfVerdict(order.fd, result), verdict: result.verdict });
      }
      // A thread that was cut off may be at work still: what it reads must not be written over.
      return { answers, otherwise, next: end.kind === 'came' ? 'go-on' : 'stop', tid };
    }
    otherwise = refused ?? otherwise;
    if (end.kind === 'failed' || end.kind === 'cut-off') return { answers, otherwise, next: 'stop', tid };
  }
  // Where nobody can be asked, too: a thread that is ending runs, and has no stack any more when its call is read (collect_syscall,
  // lib/syscall.c); one that sleeps under a filter works again soon.
  return { answers, otherwise, next: 'again', tid };
}

const UNREACHED: OrderResult = { verdict: null, seen: 0n };

import type { ActionOutcome, KernelSource, ProcessFacts } from '@closewait/core/facts';
import type { Order, OrderResult, SeenOrder } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import type { Acted } from './acted.ts';
import { Actor, type ActorOptions } from './actor.ts';
import { freeAll } from './free-all.ts';
import { judgeOutcome } from './judge-outcome.ts';
import { NamespaceDoors } from './namespace-doors.ts';
import { isSettled, patienceOf } from './patience.ts';
import { type Looked, TargetView } from './target-view.ts';

/** What carrying out needs beside the orders. */
export interface CarryOutOptions {
  readonly source: KernelSource;
  /** A path through which a network namespace can be entered, null where there is none. */
  readonly pathOf: (netns: number) => string | null;
  readonly processOf: (pid: number) => ProcessFacts | null;
  /** Ends the waiting early: what was done by then is looked at and told all the same. */
  readonly signal: AbortSignal;
  /**
   * Called once, when everything has been looked at and nothing is done yet, with the orders that have an action. Answers null, or
   * why none of them may be carried out: they are `refused` then.
   */
  readonly onOrdered?: (seen: readonly SeenOrder[]) => string | null;
  /** How much of the longest waiting has passed. Milliseconds. */
  readonly onWait?: (passedMs: number, mostMs: number) => void;
}

/**
 * Carries orders out and looks again until what was to come has come, or its time has passed. Answers one result for each order, in their
 * order. Whatever an outcome claims was seen afterwards; an order without an action is `refused`.
 */
export async function carryOut(orders: readonly Order[], options: CarryOutOptions): Promise<readonly OrderResult[]> {
  const { source, processOf } = options;
  using doors = new NamespaceDoors(options.pathOf, (netns) => pathsThroughOwners(orders, netns));
  const pathOf = (netns: number): string | null => doors.pathOf(netns);
  const view = new TargetView(source, pathOf, orders);
  const before = view.look();
  const acted = announce(orders, before, options) ?? (await actOn(orders, { source, pathOf, processOf }));
  await waitUntilSettled(orders, acted, view, options);
  const after = await lookAfterEnds(orders, before, view, source);
  return orders.map((order, index) => {
    const [seenBefore, seenAfter] = [before.of(order), after.of(order)];
    const outcome = judgeOutcome(order, acted[index] ?? NOT_REACHED, seenAfter, after.timerOf(order));
    return { order, outcome, before: seenBefore, after: seenAfter };
  });
}

/** Whoever has a connection mostly lives where it is. */
function pathsThroughOwners(orders: readonly Order[], netns: number): readonly string[] {
  const own = orders.filter(({ target }) => isConnection(target) && target.netns === netns);
  return [...new Set(own.flatMap(({ owners }) => owners.map(({ pid }) => `/proc/${pid}/ns/net`)))];
}

/** Null: it may be done. */
function announce(orders: readonly Order[], before: Looked, { onOrdered }: CarryOutOptions): readonly Acted[] | null {
  const acting = orders.filter(({ action }) => action !== null);
  if (acting.length === 0) return null;
  const why = onOrdered?.(acting.map((order) => ({ order, before: before.of(order) }))) ?? null;
  return why === null ? null : orders.map(() => ({ kind: 'refused', detail: why }));
}

async function actOn(orders: readonly Order[], options: ActorOptions): Promise<readonly Acted[]> {
  using actor = new Actor(options);
  const freed = await freeAll(orders, options.source);
  return orders.map((order) => freed.get(order) ?? actor.act(order));
}

const NOT_REACHED: ActionOutcome = { kind: 'refused', detail: 'it was not reached' };

/** The kernel needs microseconds, a program that wakes some milliseconds. */
const BETWEEN_LOOKS_MS = 40;
/** What was waited for in vain for long is looked at less often: a look goes through all connections of a namespace. */
const PART_OF_PASSED = 0.1;

async function waitUntilSettled(
  orders: readonly Order[],
  acted: readonly Acted[],
  view: TargetView,
  { source, signal, onWait }: CarryOutOptions,
): Promise<void> {
  const startedMs = performance.now();
  const done = orders.filter((_, index) => acted[index]?.kind === 'done');
  // Since the look on which the order was made a timer may have fired, and run for twice as long.
  let seen = view.look(done);
  let waiting = done.map((order) => ({ order, mostMs: patienceOf(order, seen.timerOf(order)) }));
  const mostMs = waiting.reduce((most, one) => Math.max(most, one.mostMs), 0);
  while (waiting.length > 0 && !signal.aborted) {
    const passedMs = performance.now() - startedMs;
    waiting = waiting.filter((one) => passedMs < one.mostMs && !isSettled(one.order, seen.of(one.order)));
    onWait?.(passedMs, mostMs);
    if (waiting.length === 0) return;
    await source.pause(Math.max(BETWEEN_LOOKS_MS, passedMs * PART_OF_PASSED));
    seen = view.look(waiting.map(({ order }) => order));
  }
}

/** From the closing of its descriptors to being a zombie an ending process needs milliseconds; a busy machine more. */
const MOST_ENDING_MS = 1000;

/** The last look. A process that has a descriptor table no more, and had one, is about to end, and that is to be told. */
async function lookAfterEnds(
  orders: readonly Order[],
  before: Looked,
  view: TargetView,
  source: KernelSource,
): Promise<Looked> {
  const deadlineMs = performance.now() + MOST_ENDING_MS;
  for (;;) {
    const after = view.look();
    const isEnding = orders.some((order) => {
      const { openDescriptors, ownerRuns } = after.of(order);
      return ownerRuns === true && openDescriptors === null && before.of(order).openDescriptors !== null;
    });
    if (!isEnding || performance.now() > deadlineMs) return after;
    await source.pause(BETWEEN_LOOKS_MS);
  }
}

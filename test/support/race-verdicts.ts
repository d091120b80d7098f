import type { ActionMethod, OutcomeKind } from '@closewait/core/facts';
import type { VictimRecord } from './race-scene.ts';

/** What was ordered of a victim, and what was said of it. */
export interface RacedOrder {
  readonly index: number;
  readonly method: ActionMethod;
  readonly outcome: OutcomeKind;
}

type Mark = Pick<VictimRecord, 'saw' | 'peer'>;

/** What an action leaves behind, for the program that has the connection and for its peer. */
const MARKS: Readonly<Partial<Record<ActionMethod, Mark>>> = {
  destroy: { saw: 'a', peer: 'r' },
  shutdown: { saw: 'p', peer: 'c' },
  timeout: { saw: 't', peer: 'o' },
  'free-descriptor': { saw: 'f', peer: 'c' },
};
/**
 * Every peer lives, and answers. But thousands of probes at one moment overrun the queue of loopback (net.core.netdev_max_backlog),
 * and where the time is short, one that is lost is the end.
 */
const TIMED_OUT: Mark = { saw: 'e', peer: 'r' };

const MOST_TOLD = 10;

/**
 * Where the outcomes of orders and the records of the two programs do not agree, in sentences, the first ten; empty where they do.
 *
 * An outcome that says that something was done goes with its mark, and any other one with none at all. A victim that the
 * server was about to close itself may have been closed before the mark could be seen. Nothing is done to a victim that is not named.
 */
export function findFaults(orders: readonly RacedOrder[], records: readonly VictimRecord[]): readonly string[] {
  const byIndex = new Map(orders.map((order) => [order.index, order]));
  const faults = byIndex.size === orders.length ? [] : [`${orders.length} orders about ${byIndex.size} victims`];
  for (const [index, record] of records.entries()) {
    const order = byIndex.get(index);
    if (faults.length < MOST_TOLD && !agree(order, record))
      faults.push(`victim ${index}: ${JSON.stringify({ ...order, ...record })}`);
  }
  return faults;
}

function agree(order: RacedOrder | undefined, { way, saw, peer, successor }: VictimRecord): boolean {
  if (successor !== '-' && successor !== 'o') return false;
  const isOwn = way !== '-';
  const isUntouched = saw === 'o' && peer === 'o';
  if (order === undefined) return isUntouched;
  const { method, outcome } = order;
  if (!wasDone(order)) return isUntouched && (isOwn || outcome === 'refused');
  const mark = MARKS[method];
  if (mark === undefined) return false;
  const isTimedOut = method === 'timeout' && saw === TIMED_OUT.saw && peer === TIMED_OUT.peer;
  if (isTimedOut) return true;
  // With nothing but a time limit it has ended only where the server has closed it.
  if (method === 'timeout' && outcome === 'ended' && !isOwn) return false;
  return (saw === mark.saw && peer === mark.peer) || (isOwn && saw === 'o' && (peer === 'o' || peer === mark.peer));
}

/** Whether an outcome says that the kernel took it. */
function wasDone({ method, outcome }: RacedOrder): boolean {
  return outcome === 'ended' || (method === 'timeout' && outcome === 'unconfirmed');
}

/** How often the server and the orders met. */
export interface RaceCount {
  readonly orders: number;
  /** Of each outcome. */
  readonly outcomes: Readonly<Partial<Record<OutcomeKind, number>>>;
  /** The order came first, or the server did, with victims that the server closes itself. */
  readonly orderFirst: number;
  readonly serverFirst: number;
  /** Connections between the same two ends as a victim, while orders about it were carried out. */
  readonly sameEnds: number;
  /** Numbers of victims that were given to a bystander, and to the connection between the same two ends. */
  readonly sameNumber: number;
  readonly sameEndsAndNumber: number;
}

export function countRaces(orders: readonly RacedOrder[], records: readonly VictimRecord[]): RaceCount {
  const own = orders.filter(({ index }) => records[index]?.way !== '-');
  const countOf = (holds: (record: VictimRecord) => boolean): number => records.filter(holds).length;
  const outcomes = Map.groupBy(orders, ({ outcome }) => outcome);
  return {
    orders: orders.length,
    outcomes: Object.fromEntries([...outcomes].map(([kind, { length }]) => [kind, length])),
    orderFirst: own.filter(wasDone).length,
    serverFirst: own.filter((order) => !wasDone(order)).length,
    sameEnds: countOf(({ successor }) => successor !== '-'),
    sameNumber: countOf(({ number }) => number === 'b'),
    sameEndsAndNumber: countOf(({ number }) => number === 's'),
  };
}

/** Rounds of one race together. */
export function sumRaces(counts: readonly RaceCount[]): RaceCount {
  const sumOf = (of: (count: RaceCount) => number): number => counts.reduce((sum, count) => sum + of(count), 0);
  const kinds = new Set(counts.flatMap(({ outcomes }) => Object.keys(outcomes) as OutcomeKind[]));
  return {
    orders: sumOf(({ orders }) => orders),
    outcomes: Object.fromEntries([...kinds].map((kind) => [kind, sumOf(({ outcomes }) => outcomes[kind] ?? 0)])),
    orderFirst: sumOf(({ orderFirst }) => orderFirst),
    serverFirst: sumOf(({ serverFirst }) => serverFirst),
    sameEnds: sumOf(({ sameEnds }) => sameEnds),
    sameNumber: sumOf(({ sameNumber }) => sameNumber),
    sameEndsAndNumber: sumOf(({ sameEndsAndNumber }) => sameEndsAndNumber),
  };
}

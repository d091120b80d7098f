import type { CloseLook, DescriptorUse, ProcessActivity, ProcessFacts, Reading, SocketFacts } from '../facts/index.ts';
import { Arrivals } from './arrivals.ts';
import type { Connections, Growth } from './finding.ts';

/** A leak that goes on has arrivals in most of the six parts of the window and in one of the last two; a burst has not. */
const FILLED_SLOTS = 4;

/** Fewer say nothing about a rate: of 5, the 95 % bounds are 1.6 and 11.7. */
const FEWEST = 5;

/** Two-sided 95 % quantile of the normal distribution. */
const Z_95 = 1.96;

const MINUTE_MS = 60_000;

/** Beyond a year a forecast says nothing, and a date may not be representable. */
const FARTHEST_MS = 365 * 86_400_000;

/**
 * How fast connections of one group get stuck. The age of each tells when its FIN came, so one look holds the history
 * of a leak. Null where that is not known, where it was one burst and where as many leave as come.
 *
 * Connections that ended before the look are not in it: a server that is late by a constant time looks like a leak
 * that began that time ago, unless one of them is seen to leave between two looks.
 *
 * @param minAgeMs younger connections are not among `connections`: the history ends there.
 */
export function growthOf(connections: Connections, closeLook: CloseLook | null, minAgeMs = 0): Growth | null {
  const arrivals = new Arrivals(minAgeMs);
  for (const { age } of connections) arrivals.add(age);
  return growthOfArrivals(arrivals, connections, closeLook);
}

/** {@link growthOf} of connections whose ages were counted. */
export function growthOfArrivals(
  arrivals: Arrivals,
  connections: Connections,
  closeLook: CloseLook | null,
): Growth | null {
  const window = arrivals.longest;
  if (window === null) return null;
  const { slots, exact, windowMs } = window;
  const count = slots.reduce((sum, some) => sum + some, 0);
  // A lower bound may be of any time before: where most are bounds, the history is not known.
  if (exact < FEWEST || exact * 2 < count || !isSteady(slots)) return null;
  const spread = spreadOf(slots, count);
  const low = Math.max(0, exact - spread * (exact - poissonLow(exact)));
  const high = count + spread * (poissonHigh(count) - count);
  const arriving = toRate({ count, low, high }, windowMs, 'ages');
  return subtractDepartures(arriving, connections, closeLook);
}

/**
 * How fast descriptors and stuck connections became more between two looks, for a group whose ages tell nothing.
 * Both must have grown: a healthy server opens descriptors too. Null with one look, and below 5 more.
 */
export function growthBetweenLooks(
  connections: Connections,
  process: ProcessFacts | null,
  closeLook: CloseLook | null,
): Growth | null {
  if (process === null || closeLook === null || closeLook.socketWindowMs === null || closeLook.socketWindowMs <= 0)
    return null;
  if (closeLook.arrived.length < FEWEST) return null;
  const opened = openedBetween(process, closeLook.activities.get(process.pid));
  const isOfGroup = matcherOf(connections);
  const arrived = closeLook.arrived.filter(isOfGroup).length - closeLook.departed.filter(isOfGroup).length;
  const count = Math.min(opened, arrived);
  if (count < FEWEST) return null;
  return toRate({ count, low: poissonLow(count), high: poissonHigh(count) }, closeLook.socketWindowMs, 'looks');
}

/** When the descriptors run out, counted from the look. Milliseconds. */
export interface Exhaustion {
  readonly inMs: number;
  readonly earliestMs: number;
  /** Null: the lower bound of the rate is 0, so perhaps never. */
  readonly latestMs: number | null;
}

/**
 * How long the descriptors last if connections go on to get stuck at this rate, each takes one, and none is closed.
 * Null where the rate or the use is not known, without a limit, at the limit, and beyond a year.
 */
export function forecast(growth: Growth | null, descriptors: Reading<DescriptorUse>): Exhaustion | null {
  if (growth === null || growth.perMin <= 0 || !descriptors.known) return null;
  const { open, softLimit } = descriptors.value;
  const left = softLimit - open;
  if (left <= 0 || !Number.isFinite(softLimit)) return null;
  const inMs = (left / growth.perMin) * MINUTE_MS;
  if (inMs > FARTHEST_MS) return null;
  const latestMs = growth.lowPerMin > 0 ? (left / growth.lowPerMin) * MINUTE_MS : null;
  return {
    inMs,
    earliestMs: (left / growth.highPerMin) * MINUTE_MS,
    latestMs: latestMs === null || latestMs > FARTHEST_MS ? null : latestMs,
  };
}

/** Several groups of one process fill one table; bounds are added too, which makes them wider than they need be. */
export function addGrowth(growths: readonly Growth[]): Growth | null {
  const [first, ...rest] = growths;
  if (first === undefined) return null;
  return rest.reduce(
    (sum, { perMin, lowPerMin, highPerMin, over, windowMs }) => ({
      perMin: sum.perMin + perMin,
      lowPerMin: sum.lowPerMin + lowPerMin,
      highPerMin: sum.highPerMin + highPerMin,
      over: sum.over === over ? over : 'looks',
      windowMs: Math.min(sum.windowMs, windowMs),
    }),
    first,
  );
}

function isSteady(slots: readonly number[]): boolean {
  return slots.filter((count) => count > 0).length >= FILLED_SLOTS && slots.slice(0, 2).some((count) => count > 0);
}

/** How much wider than by chance the slots differ: the root of the index of dispersion, at least 1. */
function spreadOf(slots: readonly number[], count: number): number {
  const mean = count / slots.length;
  const variance = slots.reduce((sum, some) => sum + (some - mean) ** 2, 0) / (slots.length - 1);
  return Math.max(1, Math.sqrt(variance / mean));
}

/** 95 % bounds of the mean of a Poisson count, Wilson and Hilferty's approximation: within 1 % of the exact ones from 5 on. */
function poissonLow(count: number): number {
  return count * (1 - 1 / (9 * count) - Z_95 / (3 * Math.sqrt(count))) ** 3;
}

function poissonHigh(count: number): number {
  const next = count + 1;
  return next * (1 - 1 / (9 * next) + Z_95 / (3 * Math.sqrt(next))) ** 3;
}

interface Bounded {
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

function toRate({ count, low, high }: Bounded, windowMs: number, over: Growth['over']): Growth {
  const perMin = (value: number): number => (value * MINUTE_MS) / windowMs;
  return { perMin: perMin(count), lowPerMin: perMin(low), highPerMin: perMin(high), over, windowMs };
}

/** Where some left between the looks, what is left of the rate; null where that may be nothing. */
function subtractDepartures(arriving: Growth, connections: Connections, closeLook: CloseLook | null): Growth | null {
  if (closeLook === null || closeLook.socketWindowMs === null || closeLook.socketWindowMs <= 0) return arriving;
  if (closeLook.departed.length === 0) return arriving;
  const left = closeLook.departed.filter(matcherOf(connections)).length;
  if (left === 0) return arriving;
  const leaving = toRate(
    { count: left, low: poissonLow(left), high: poissonHigh(left) },
    closeLook.socketWindowMs,
    arriving.over,
  );
  const lowPerMin = arriving.lowPerMin - leaving.highPerMin;
  if (lowPerMin <= 0) return null;
  return {
    ...arriving,
    perMin: arriving.perMin - leaving.perMin,
    lowPerMin,
    highPerMin: arriving.highPerMin - leaving.lowPerMin,
  };
}

/** Whether a socket is of the same server port or of the same service called, in the same namespace. */
function matcherOf(connections: Connections): (socket: SocketFacts) => boolean {
  const locals = new Set<string>();
  const remotes = new Set<string>();
  for (const { socket } of connections) {
    locals.add(`${socket.netns} ${socket.local.port}`);
    remotes.add(`${socket.netns} ${socket.remote.address} ${socket.remote.port}`);
  }
  // A server's connections share its port, a client's share whom they were made to.
  const byLocal = locals.size <= remotes.size;
  return ({ netns, local, remote }) =>
    byLocal ? locals.has(`${netns} ${local.port}`) : remotes.has(`${netns} ${remote.address} ${remote.port}`);
}

function openedBetween(process: ProcessFacts, activity: ProcessActivity | undefined): number {
  if (activity === undefined || !activity.openLater.known || !process.descriptors.known) return 0;
  return activity.openLater.value - process.descriptors.value.open;
}

import { CapturedConnection } from './captured-connection.ts';
import type { CapturedSegment } from './captured-segment.ts';
import { judgeBelonging } from './take-over.ts';

/** What a tracker may keep. */
export interface TrackerLimits {
  /** How long a settled connection stays for its stragglers: 2 MSL, 60 s in Linux (TCP_TIMEWAIT_LEN, include/net/tcp.h). */
  readonly lingerMs: number;
  /** Settled connections that linger at most. */
  readonly lingering: number;
  /** Connections at most; beyond it those are forgotten, and counted, that have been silent for longest. */
  readonly connections: number;
}

const LIMITS: TrackerLimits = { lingerMs: 60_000, lingering: 20_000, connections: 500_000 };

/** Handed-on entries at the head of the queue that are kept at most: they hold their connections. */
const COMPACTED = 4096;

/** Of the connections, when there are too many: looking for the silent ones costs a walk over all. */
const FORGOTTEN_SHARE = 0.1;

/** Hears of each connection that has ended within the capture, once. */
export type Retired = (connection: CapturedConnection) => void;

interface Lingering {
  readonly key: string;
  readonly connection: CapturedConnection;
  readonly sinceMs: number;
}

/**
 * Finds the connection of each segment, in bounded memory: what has ended is handed on and dropped.
 *
 * Two endpoints are one connection whatever VLAN or interface shows it: a capture of several interfaces holds one packet
 * several times.
 */
export class CaptureTracker {
  readonly #connections = new Map<string, CapturedConnection>();
  readonly #retired: Retired;
  readonly #limits: TrackerLimits;
  /** In the order in which they settled. */
  #lingering: Lingering[] = [];
  /** Where the queue begins: shifting a long array for each would cost its length. */
  #lingeringFrom = 0;
  #forgotten = 0;

  constructor(retired: Retired, limits: Partial<TrackerLimits> = {}) {
    this.#retired = retired;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Connections that were dropped before they ended because there were too many: nothing can be said of them. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Connections that are followed, those that linger among them. */
  get size(): number {
    return this.#connections.size;
  }

  /** Takes the next segment of the capture. */
  add(segment: CapturedSegment): void {
    const key = keyOf(segment);
    const known = this.#connections.get(key);
    if (known === undefined) {
      this.#begin(key, segment);
    } else {
      const belonging = judgeBelonging(known, segment);
      if (belonging.kind === 'other') this.#replace(key, known, belonging.segments);
      else if (belonging.kind === 'same') this.#take(key, known, segment);
      else if (belonging.kind === 'rival') known.rival = segment;
      else known.strays++;
    }
    this.#expire(segment.atMs);
  }

  /** Everything that has not been handed on. The tracker is empty afterwards. */
  drain(): readonly CapturedConnection[] {
    const rest = [...this.#connections.values()];
    this.#connections.clear();
    this.#lingering = [];
    this.#lingeringFrom = 0;
    return rest;
  }

  #begin(key: string, segment: CapturedSegment): CapturedConnection {
    const connection = new CapturedConnection(segment);
    this.#connections.set(key, connection);
    if (connection.isSettled) this.#lingering.push({ key, connection, sinceMs: segment.atMs });
    if (this.#connections.size > this.#limits.connections) this.#forget();
    return connection;
  }

  #take(key: string, connection: CapturedConnection, segment: CapturedSegment): void {
    const wasSettled = connection.isSettled;
    connection.take(segment);
    if (connection.isSettled && !wasSettled) this.#lingering.push({ key, connection, sinceMs: segment.atMs });
  }

  #replace(
    key: string,
    old: CapturedConnection,
    [first, ...rest]: readonly [CapturedSegment, ...CapturedSegment[]],
  ): void {
    old.isReplaced = true;
    this.#connections.delete(key);
    this.#retired(old);
    const connection = this.#begin(key, first);
    for (const segment of rest) this.#take(key, connection, segment);
  }

  #expire(nowMs: number): void {
    const { lingerMs, lingering } = this.#limits;
    for (;;) {
      const oldest = this.#lingering[this.#lingeringFrom];
      if (oldest === undefined) break;
      const isFull = this.#lingering.length - this.#lingeringFrom > lingering;
      if (!isFull && nowMs - oldest.sinceMs <= lingerMs) break;
      this.#lingeringFrom++;
      // Its endpoints may have got another connection, which retired it.
      if (this.#connections.get(oldest.key) !== oldest.connection) continue;
      this.#connections.delete(oldest.key);
      this.#retired(oldest.connection);
    }
    if (this.#lingeringFrom > COMPACTED) {
      this.#lingering = this.#lingering.slice(this.#lingeringFrom);
      this.#lingeringFrom = 0;
    }
  }

  #forget(): void {
    const byIdleness = [...this.#connections].toSorted(([, a], [, b]) => a.lastMs - b.lastMs);
    for (const [key, connection] of byIdleness.slice(0, Math.ceil(byIdleness.length * FORGOTTEN_SHARE))) {
      this.#connections.delete(key);
      if (connection.isSettled) this.#retired(connection);
      else this.#forgotten++;
    }
  }
}

/** The same for both directions. */
function keyOf({ source, destination }: CapturedSegment): string {
  const one = `${source.address} ${source.port}`;
  const other = `${destination.address} ${destination.port}`;
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

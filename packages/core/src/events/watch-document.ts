import { formatEndpoint } from '../facts/index.ts';
import type { ConnectionEnds, Ending, OpenClose, Owner, PassiveClose, WatchedProcess } from './passive-close.ts';

/** The id of the documents that `closewait watch --json` prints, one a line. */
export const WATCH_SCHEMA_ID = 'closewait/watch/v1';

/** How it is watched. `trace`: every transition, to the microsecond. `polling`: what is there at each look. */
export type WatchMethod = 'trace' | 'polling';

export interface WatchOwner {
  /** How it is known: it closed it, it was seen to hold it, it listens on the port. */
  readonly by: 'closer' | 'holder' | 'listener' | 'unknown';
  readonly pid: number | null;
  readonly name: string | null;
  /** Why it is not known. */
  readonly why: string | null;
}

interface DocumentOf<Kind extends string> {
  readonly schema: typeof WATCH_SCHEMA_ID;
  readonly kind: Kind;
  /** RFC 3339, UTC: of an end, when it ended; of others, when the line was made. */
  readonly at: string;
}

/** The first line. */
export interface WatchStarted extends DocumentOf<'started'> {
  readonly method: WatchMethod;
  /** Why there is no trace; null where there is. */
  readonly why: string | null;
  /** Between two looks; null for a trace. */
  readonly everyMs: number | null;
  readonly slowerThanMs: number;
  /** What this watch cannot tell, in sentences. */
  readonly limits: readonly string[];
}

interface WatchConnection {
  readonly local: string;
  readonly remote: string;
  /** When the FIN came; null: before the watch, or not known. */
  readonly finAt: string | null;
  readonly stayedMs: number;
  /** Equal to `stayedMs` where that is exact; null where nothing bounds it. */
  readonly stayedAtMostMs: number | null;
  readonly owner: WatchOwner;
}

/** A connection has left CLOSE-WAIT. */
export interface WatchClose extends DocumentOf<'close'>, WatchConnection {
  readonly endedBy: Ending;
  readonly resetSent: boolean | null;
  readonly actor: WatchedProcess | null;
}

/** A connection has stayed for longer than asked and is still there; `atEnd`: when the watch ended. */
export interface WatchStillOpen extends DocumentOf<'still-open'>, WatchConnection {
  readonly atEnd: boolean;
}

/** Something was lost since the last such line. */
export interface WatchLosses extends DocumentOf<'losses'> {
  /** Events that the kernel's buffer had no room for. */
  readonly events: number;
  /** Lines that whoever reads this was too slow for. */
  readonly lines: number;
}

/** The distribution of one process or port, milliseconds. */
export interface WatchDistribution {
  readonly of: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The last line. */
export interface WatchSummary extends DocumentOf<'summary'> {
  readonly watchedMs: number;
  readonly closes: number;
  readonly byEnding: Readonly<Record<Ending, number>>;
  /** Closes that were slower than asked. */
  readonly slow: number;
  readonly stillOpen: number;
  /** Of them, longer than asked. */
  readonly stillOpenSlow: number;
  readonly slowestMs: number | null;
  readonly lostEvents: number;
  readonly lostLines: number;
  /** Ends that were lost, begins that were lost or came before the watch and were not found. */
  readonly endsLost: number;
  readonly startsMissing: number;
  /** Per processor; null where there is no trace. */
  readonly bufferKilobytes: number | null;
  readonly processors: number | null;
  /** Those with most closes; empty without --histogram. */
  readonly distributions: readonly WatchDistribution[];
}

export type WatchDocument = WatchStarted | WatchClose | WatchStillOpen | WatchLosses | WatchSummary;

/** Times since the watch began as times of day. */
export interface WatchClock {
  readonly beganEpochMs: number;
}

export function buildClose(close: PassiveClose, clock: WatchClock): WatchClose {
  const { ends, finMs, endedMs, stay, ending, resetSent, owner, actor } = close;
  return {
    schema: WATCH_SCHEMA_ID,
    kind: 'close',
    at: instant(clock, endedMs),
    ...textsOf(ends),
    finAt: finMs === null ? null : instant(clock, finMs),
    stayedMs: micro(stay.atLeastMs),
    stayedAtMostMs: stay.atMostMs === null ? null : micro(stay.atMostMs),
    endedBy: ending,
    resetSent,
    owner: buildOwner(owner),
    actor: actor === null ? null : { pid: actor.pid, name: actor.name },
  };
}

export function buildStillOpen(
  { ends, finMs, stay, owner }: OpenClose,
  nowMs: number,
  atEnd: boolean,
  clock: WatchClock,
): WatchStillOpen {
  return {
    schema: WATCH_SCHEMA_ID,
    kind: 'still-open',
    at: instant(clock, nowMs),
    ...textsOf(ends),
    finAt: finMs === null ? null : instant(clock, finMs),
    stayedMs: micro(stay.atLeastMs),
    stayedAtMostMs: stay.atMostMs === null ? null : micro(stay.atMostMs),
    owner: buildOwner(owner),
    atEnd,
  };
}

/** A time since the watch began as RFC 3339, to the millisecond. */
export function instant({ beganEpochMs }: WatchClock, ms: number): string {
  return new Date(beganEpochMs + ms).toISOString();
}

function textsOf({ local, remote }: ConnectionEnds): { readonly local: string; readonly remote: string } {
  return { local: formatEndpoint(local), remote: formatEndpoint(remote) };
}

function buildOwner(owner: Owner): WatchOwner {
  if (owner.by === 'unknown') return { by: 'unknown', pid: null, name: null, why: owner.why };
  return { by: owner.by, pid: owner.pid, name: owner.name, why: null };
}

/** To the microsecond: the kernel's clock knows more, two processors' clocks do not. */
function micro(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}

import type { ActionMethod } from '../facts/index.ts';

/** What a policy remembers from look to look. A value: a plan is made from one and gives the next. */
export interface PolicyState {
  /** Cookies and pids mean something within one boot; null before the first look. */
  readonly bootId: string | null;
  /** By cookie, the connections of the last look and no others: whoever misses a look begins anew. */
  readonly sightings: ReadonlyMap<bigint, Sighting>;
  /** Of the last hour, the oldest first. */
  readonly actions: readonly PastAction[];
}

/** What is remembered of one connection. */
export interface Sighting {
  /** Since when it has been seen and nothing has moved; on the steady clock, see Moment. */
  readonly quietSinceMs: number;
  /** The rule that matched in the last look; null: none, or it was protected. */
  readonly rule: string | null;
  /** In how many looks, one after the other, that rule has matched. */
  readonly looks: number;
  readonly counters: Counters;
}

/** Whatever of these differs between two looks was done by the program, or acknowledged to it. */
export interface Counters {
  /** -1: the kernel gave no tcp_info. */
  readonly bytesAcked: number;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
}

/** An action that a plan has decided on, whatever became of it. */
export interface PastAction {
  /** On the steady clock. */
  readonly atMs: number;
  readonly rule: string;
  readonly method: ActionMethod;
  readonly cookie: bigint;
  /** {@link processKey}. */
  readonly process: string;
}

/** The time of a plan, on two clocks. */
export interface Moment {
  /** Milliseconds since the epoch: what maintenance windows are about. */
  readonly wallMs: number;
  /**
   * Milliseconds on a clock that nobody sets, the same for all plans of one boot (CLOCK_BOOTTIME): ages, budgets. On the
   * wall clock a step of an hour would make everything old enough, and every budget new.
   */
  readonly steadyMs: number;
}

/** The length of the budget, and how long a connection is left alone after an action. */
export const HOUR_MS = 3_600_000;

/** Nothing was seen and nothing done. */
export const NO_STATE: PolicyState = { bootId: null, sightings: new Map(), actions: [] };

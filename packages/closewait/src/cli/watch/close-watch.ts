import type { OpenClose, PassiveClose, WatchClock, WatchMethod } from '@closewait/core/events';

/** What has happened since the step before. Times are milliseconds since the watch began. */
export interface WatchStep {
  readonly nowMs: number;
  readonly closes: readonly PassiveClose[];
  /** Events that the kernel had no room for. */
  readonly lost: number;
}

/** A way to watch passive closes. */
export interface CloseWatch extends Disposable {
  readonly method: WatchMethod;
  /** Why there is no trace; null where there is one. */
  readonly why: string | null;
  /** Between two looks; null for a trace. */
  readonly everyMs: number | null;
  /** What it cannot tell, in sentences. */
  readonly limits: readonly string[];
  readonly clock: WatchClock;
  readonly openCount: number;
  readonly endsLost: number;
  readonly startsMissing: number;
  /** Of the trace. */
  readonly buffer: { readonly processors: number; readonly kilobytes: number } | null;
  step(): Promise<WatchStep>;
  /** The last step: also what was kept back until more was known. */
  finish(): Promise<WatchStep>;
  /** Those in CLOSE-WAIT for at least so long, the oldest first. */
  open(longerThanMs: number): Iterable<OpenClose>;
  /** Those that have passed this age since the last call; each is told once. */
  takeOlder(thanMs: number): Iterable<OpenClose>;
  /** For how long the oldest has been there, at least; null: none is. */
  oldestMs(): number | null;
  /** Whether somebody listens on a local port, as far as looks have told. */
  isListening(port: number): boolean;
}

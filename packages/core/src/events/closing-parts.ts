import type { FoundOpen } from './found-table.ts';
import type { ConnectionEnds, Owner, WatchedProcess } from './passive-close.ts';

/** The task that ran when a connection left CLOSE-WAIT. */
export interface ClosingTask extends WatchedProcess {
  readonly tid: number;
  readonly isKernel: boolean;
}

/** What is known of a connection when it ends. */
export interface Begun {
  readonly ends: ConnectionEnds;
  readonly finMs: number | null;
  readonly owner: Owner;
  /** Of one that was there before the watch. */
  readonly found: FoundOpen | null;
}

/** A transition to CLOSED that waits for what follows it. */
export interface Pending {
  readonly socket: number;
  readonly atNs: number;
  readonly ends: Uint32Array;
  readonly begun: Begun;
  readonly task: ClosingTask | null;
  readonly byExit: boolean;
  readonly resetReceived: boolean;
  readonly resetBefore: boolean;
  resetAfter: boolean;
  error: number;
}

/** A reset that a socket has got or sent, before anything else is known. */
export interface ResetSeen {
  readonly atNs: number;
  received: boolean;
  sent: boolean;
}

import type { Endpoint } from '../facts/index.ts';

/**
 * What took a connection out of CLOSE-WAIT:
 *
 * - `close`: its last descriptor was closed; the FIN went out.
 * - `shutdown`: shutdown(2); the FIN went out, the descriptor is still held.
 * - `exit`: the process that held it ended.
 * - `unread`: closed with data that nobody had read, so the peer got a reset (RFC 9293 section 3.10.4, RFC 2525 2.17).
 * - `abort`: by its own process: SO_LINGER of 0, connect(2) to AF_UNSPEC, or its listener closed before accept(2).
 * - `reset`: a reset of the peer.
 * - `destroy`: SOCK_DESTROY, by `ss -K` or closewait.
 * - `timeout`: the peer answered nothing any more (retransmissions, keepalive, TCP_USER_TIMEOUT).
 * - `unknown`: nothing that was recorded tells.
 */
export const ENDINGS = [
  'close',
  'shutdown',
  'exit',
  'unread',
  'abort',
  'reset',
  'destroy',
  'timeout',
  'unknown',
] as const;
export type Ending = (typeof ENDINGS)[number];

/** A process as far as it is known. Its name is text of the process itself. */
export interface WatchedProcess {
  readonly pid: number | null;
  readonly name: string | null;
}

/**
 * Whose a connection was, and how that is known: it closed it, it was seen to hold it, or it listens on its port. Never
 * the task that ran when the FIN came: that is whichever was interrupted.
 */
export type Owner =
  | ({ readonly by: 'closer' | 'holder' | 'listener' } & WatchedProcess)
  | { readonly by: 'unknown'; readonly why: string };

/** The two ends. Their texts are made when they are asked for: most are never printed. */
export interface ConnectionEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** How long it stayed, milliseconds. Exact where both are equal; `atMostMs` is null where nothing bounds it. */
export interface Stay {
  readonly atLeastMs: number;
  readonly atMostMs: number | null;
}

/** A connection that has left CLOSE-WAIT. Times are milliseconds since the watch began. */
export interface PassiveClose {
  readonly ends: ConnectionEnds;
  /** When the FIN came; null: before the watch, or its event was lost. */
  readonly finMs: number | null;
  readonly endedMs: number;
  readonly stay: Stay;
  readonly ending: Ending;
  /** Whether the peer got a reset in place of a FIN; null: not known. */
  readonly resetSent: boolean | null;
  readonly owner: Owner;
  /** Who ended it where that was a process: for `destroy` not the owner. */
  readonly actor: WatchedProcess | null;
}

/** A connection that is still in CLOSE-WAIT. */
export interface OpenClose {
  readonly ends: ConnectionEnds;
  readonly finMs: number | null;
  readonly stay: Stay;
  readonly owner: Owner;
}

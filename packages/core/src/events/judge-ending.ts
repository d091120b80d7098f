import type { Ending } from './passive-close.ts';

/** What was recorded around a transition from CLOSE-WAIT to CLOSED. */
export interface ClosedTraces {
  readonly resetReceived: boolean;
  /** A reset went out before the transition, or after it. */
  readonly resetBefore: boolean;
  readonly resetAfter: boolean;
  /** What the socket was told, 0: nothing. */
  readonly error: number;
  /** Whether a task ran it; false: an interrupt. */
  readonly byTask: boolean;
  readonly byExit: boolean;
}

/** asm-generic/errno.h */
const ECONNABORTED = 103;
const ECONNRESET = 104;
const EPIPE = 32;

/**
 * What ended a connection that went from CLOSE-WAIT to CLOSED, from the order in which net/ipv4/tcp.c does things:
 *
 * - tcp_reset: event of the reset, CLOSED, error EPIPE.
 * - tcp_abort (SOCK_DESTROY): own reset, CLOSED, error ECONNABORTED.
 * - __tcp_close with unread data: CLOSED, own reset, no error, as nobody is left to be told.
 * - tcp_disconnect: CLOSED, own reset, error ECONNRESET.
 * - tcp_write_err: (keepalive: own reset,) CLOSED, error ETIMEDOUT, or what the last ICMP message said.
 *
 * Interrupt or task alone says less: what comes while a task has the socket locked is done by that task.
 */
export function judgeEnding(traces: ClosedTraces): Ending {
  const { resetReceived, resetAfter, error, byTask, byExit } = traces;
  if (resetReceived) return 'reset';
  if (error === ECONNABORTED) return 'destroy';
  if (error === ECONNRESET && resetAfter) return byExit ? 'exit' : 'abort';
  if (error === EPIPE) return 'reset';
  if (error !== 0 && error !== ECONNRESET) return 'timeout';
  if (byExit) return 'exit';
  return resetAfter && byTask ? 'unread' : 'unknown';
}

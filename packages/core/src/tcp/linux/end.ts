import type { Opening } from '../events.ts';
import type { TcpState } from '../states.ts';

/** The errors that calls of the model return, by the kernel's names. */
export type ModelErrno =
  | 'EAGAIN'
  | 'EALREADY'
  | 'ECONNABORTED'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EINPROGRESS'
  | 'EINVAL'
  | 'EISCONN'
  | 'ENOTCONN'
  | 'EPIPE';

/**
 * What the kernel keeps of a connection in its table.
 *
 * - `none`: no entry; sock_diag does not list it.
 * - `request`: a request socket (TCP_NEW_SYN_RECV), of a listener.
 * - `socket`: a full socket.
 * - `outside`: a timewait entry, in TIME-WAIT or FIN-WAIT-2; the socket itself is CLOSED (inet_timewait_sock).
 */
export type TableEntry = 'none' | 'request' | 'socket' | 'outside';

/** One end of a connection on Linux: the transmission control block, the table entry, and what the descriptor remembers. */
export interface LinuxEnd {
  /** As sock_diag lists it; CLOSED where it lists nothing. */
  readonly state: TcpState;
  readonly entry: TableEntry;
  /** Who holds the socket: a descriptor, the accept queue of the listener, or nobody (an orphan, or none was made yet). */
  readonly holder: 'descriptor' | 'queue' | 'nobody';
  readonly opening: Opening;
  /** `sock->state` (linux/net.h): what connect(2) goes by. */
  readonly phase: 'unconnected' | 'connecting' | 'connected' | 'disconnecting';

  /** SND.UNA, SND.NXT and RCV.NXT, from the initial sequence numbers on. */
  readonly sendUnacknowledged: number;
  readonly sendNext: number;
  readonly receiveNext: number;
  /** Calls that sent data so far: a congestion window lets ten segments out. */
  readonly sends: number;
  readonly finSent: boolean;

  readonly unreadBytes: number;
  /** A FIN that no read has come to: `alone` where nothing was unread when it came, `behind` the data otherwise. */
  readonly unreadFin: 'none' | 'alone' | 'behind';
  /** SOCK_DONE: the peer's FIN has arrived. */
  readonly ended: boolean;
  /** RCV_SHUTDOWN and SEND_SHUTDOWN of `sk_shutdown`. */
  readonly readShut: boolean;
  readonly writeShut: boolean;
  /** `sk_err`: what the next call that asks will return, once. */
  readonly error: ModelErrno | null;
}

/** An end of which nothing has happened yet. */
export const UNUSED_END: LinuxEnd = {
  state: 'CLOSED',
  entry: 'none',
  holder: 'nobody',
  opening: 'active',
  phase: 'unconnected',
  sendUnacknowledged: 0,
  sendNext: 0,
  receiveNext: 0,
  sends: 0,
  finSent: false,
  unreadBytes: 0,
  unreadFin: 'none',
  ended: false,
  readShut: false,
  writeShut: false,
  error: null,
};

/** The state of the socket behind the descriptor, as TCP_INFO tells it: CLOSED where the table keeps it outside. */
export function socketState(end: LinuxEnd): TcpState {
  return end.entry === 'socket' ? end.state : 'CLOSED';
}

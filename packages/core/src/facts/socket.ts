import type { TcpState } from '../tcp/index.ts';
import type { Reading } from './reading.ts';

/**
 * `ipv4-mapped` is an AF_INET6 socket that speaks IPv4: the kernel reports it with addresses of ::ffff:0:0/96
 * (RFC 4291 2.5.5.2).
 */
export type AddressFamily = 'ipv4' | 'ipv6' | 'ipv4-mapped';

/** One end of a connection. A mapped address is spelt `::ffff:192.0.2.1`; a listener's remote port is 0. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What the kernel's timer of this socket is for: `idiag_timer` of linux/inet_diag.h, named as `ss` names it. */
export type TimerKind = 'none' | 'retransmit' | 'keepalive' | 'time-wait' | 'persist';

/** The pending timer of a socket. */
export interface SocketTimer {
  readonly kind: TimerKind;
  /** Time until it fires; 0 for `none`. */
  readonly expiresMs: number;
  readonly retransmits: number;
}

/**
 * The part of `struct tcp_info` (linux/tcp.h) that the diagnosis uses. Times count back from the look. Counters of bytes
 * are exact to 2^53, which is 9 PB over one connection.
 */
export interface TcpInfo {
  /** Numbers of net/tcp_states.h decoded to RFC names. */
  readonly state: TcpState;
  readonly probes: number;
  readonly backoff: number;
  readonly roundTripTimeUs: number;
  readonly lastDataSentMs: number;
  readonly lastDataReceivedMs: number;
  /** The age of CLOSE-WAIT as long as nothing was acknowledged after the FIN. */
  readonly lastAckReceivedMs: number;
  readonly bytesAcked: number;
  /** Counts the peer's FIN as one byte. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

/** What the laboratory reads of INET_DIAG_SKMEMINFO (linux/sock_diag.h); a report does not ask for it. */
export interface SocketMemory {
  /** Segments that the socket dropped; of a listener, also connections for which its accept queue had no room. */
  readonly drops: number;
}

/** One TCP socket as sock_diag told it. */
export interface SocketFacts {
  readonly state: TcpState;
  readonly family: AddressFamily;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Inode number of the network namespace. */
  readonly netns: number;
  readonly uid: number;
  /** 0: no file exists for it, so it is still in an accept queue (CAUSES 0.4), or it is only a kernel's remainder. */
  readonly inode: number;
  /** Kernel-wide identity of a socket for its whole life. */
  readonly cookie: bigint;
  /** Bytes not yet read, an unread FIN counts as 1. For a listener: connections that wait for accept(). */
  readonly rxQueueBytes: number;
  /** Bytes not yet acknowledged. For a listener: the backlog, the most that may wait. */
  readonly txQueueBytes: number;
  readonly timer: SocketTimer;
  readonly info: Reading<TcpInfo>;
  readonly memory: Reading<SocketMemory>;
}

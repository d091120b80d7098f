import type { SocketTimer, TimerKind } from '../facts/index.ts';

/** sizeof(struct inet_diag_msg). */
export const MESSAGE_BYTES = 72;

/** Offsets in struct inet_diag_msg; its socket identity (struct inet_diag_sockid) starts at 4. */
export const AT = {
  family: 0,
  state: 1,
  timer: 2,
  retransmits: 3,
  localPort: 4,
  remotePort: 6,
  localAddress: 8,
  remoteAddress: 24,
  interface: 40,
  cookie: 44,
  expires: 52,
  rxQueue: 56,
  txQueue: 60,
  uid: 64,
  inode: 68,
} as const;

/** Indexed by `idiag_timer`, as inet_sk_diag_fill and inet_twsk_diag_fill set it (net/ipv4/inet_diag.c). */
export const TIMERS: readonly TimerKind[] = ['none', 'retransmit', 'keepalive', 'time-wait', 'persist'];

/** Thousands of sockets share it. */
export const NO_TIMER: SocketTimer = { kind: 'none', expiresMs: 0, retransmits: 0 };

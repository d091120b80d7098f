/**
 * The records that the BPF programs of `kernel/bpf` write and {@link HeldRecords} reads: one for each descriptor. Ours
 * alone, so both sides take the offsets from here. Numbers are little-endian; addresses and the remote port are in
 * network order, as the kernel has them. Each 8 bytes cost 1.2 ms for 95,000 descriptors (Linux 6.18), so a record has
 * the length that its kind needs.
 */
export const HELD_KIND = { ipv4: 1, ipv6: 2, epoll: 3, ring: 4, mptcp: 5 } as const;

/** Lengths by kind, multiples of 8. */
export const HELD_BYTES = { ipv4: 104, ipv6: 128, epoll: 16, ring: 16, mptcp: 24 } as const;

/**
 * Offsets. Every record has `kind`, `pid`, `tid` and `fd`, that of an MPTCP socket also `inode` and `netns`; the others
 * are of TCP sockets.
 */
export const HELD_AT = {
  kind: 0,
  /** sk_state, the numbers of net/tcp_states.h. */
  state: 1,
  /** sk_shutdown: RCV_SHUTDOWN 1, SEND_SHUTDOWN 2. */
  shutdown: 2,
  /** Bits of {@link HELD_FLAG}. */
  flags: 3,
  pid: 4,
  tid: 8,
  fd: 12,
  inode: 16,
  netns: 20,
  cookie: 24,
  uid: 32,
  /** skc_num, of the host's byte order, and skc_dport, of the network's. */
  localPort: 36,
  remotePort: 38,
  rxQueue: 40,
  txQueue: 44,
  /** As idiag_timer and idiag_retrans. */
  timer: 48,
  retransmits: 49,
  probes: 50,
  backoff: 51,
  /** Milliseconds, as jiffies_to_msecs makes them. */
  expires: 52,
  roundTripTime: 56,
  lastDataSent: 60,
  lastDataReceived: 64,
  lastAckReceived: 68,
  bytesAcked: 72,
  bytesReceived: 80,
  bytesSent: 88,
  /** Four bytes each for ipv4, sixteen for ipv6. */
  addresses: 96,
} as const;

/** What sock_diag does not tell. */
export const HELD_FLAG = {
  /** SOCK_DONE: the peer's FIN has arrived (tcp_fin, net/ipv4/tcp_input.c). */
  done: 1,
  /** sk_kern_sock: a socket that the kernel opened. */
  kernel: 2,
  /** In {@link SocketUses}, a subflow of an MPTCP socket: the kernel opened it, the descriptor is of the other one. */
  subflow: 8,
} as const;

/** The record of {@link SocketUses}, for each TCP socket of a namespace. */
export const USE_BYTES = 16;

/** Offsets in it. */
export const USE_AT = {
  state: 0,
  shutdown: 1,
  /** {@link HELD_FLAG}, and {@link USE_FLAG}. */
  flags: 2,
  /** Inode number of its struct socket; 0: it has none. */
  inode: 4,
  cookie: 8,
} as const;

/** Further bits of `flags` in a record of {@link SocketUses}. */
export const USE_FLAG = {
  /** A struct file exists: it was accepted or opened, and neither is it in an accept queue nor orphaned. */
  file: 4,
} as const;

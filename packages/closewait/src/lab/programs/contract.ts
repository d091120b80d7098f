/** Where the servers of the scenarios listen; in a private network namespace every port is free. */
export const LAB_PORT = 8000;
/** Where the server behind a relay listens. */
export const UPSTREAM_PORT = 9000;

/** What a server with one thread does, in blocking calls. */
export const BLOCKING_DOES = [
  'never-accept',
  'forget',
  'answer-and-forget',
  'forget-after-end',
  'read-late',
  'sleep',
  'wait-elsewhere',
  'write',
  'spin',
  'send-after-end',
  'hand-to-child',
  'relay',
  'hang-up',
] as const;
export type BlockingDoes = (typeof BLOCKING_DOES)[number];

/** What a server on the event loop of Node does. */
export const LOOP_DOES = ['serve', 'stall', 'pause', 'half-open', 'write', 'relay'] as const;
export type LoopDoes = (typeof LOOP_DOES)[number];

/** What interest a server has in its connections, in its own epoll loop. */
export const EPOLL_DOES = ['spin', 'one-shot', 'edge', 'write-only', 'write-only-edge', 'nothing'] as const;
export type EpollDoes = (typeof EPOLL_DOES)[number];

/** What a server does when accept fails for want of a descriptor; `leak`: it has got there by itself, and spins. */
export const LIMIT_DOES = ['spin', 'leak', 'unwatch', 'doze'] as const;
export type LimitDoes = (typeof LIMIT_DOES)[number];

/** Where a server leaves connections whose descriptors it closes. */
export const HIDING_DOES = ['in-flight', 'registered'] as const;
export type HidingDoes = (typeof HIDING_DOES)[number];

/**
 * How peers leave.
 *
 * - `close`: with close(2).
 * - `half-close`: close their sending half, and read on.
 * - `half-close-unread`: close their sending half, read nothing and stay.
 * - `reset`: close their sending half, wait for a word, and send a RST.
 * - `stay`: not at all.
 */
export const PEERS_LEAVE = ['close', 'half-close', 'half-close-unread', 'reset', 'stay'] as const;
export type PeersLeave = (typeof PEERS_LEAVE)[number];

/** How the lines begin by which a scenario follows its programs. */
export const SAYS = {
  /** A server listens. */
  ready: 'accepts connections on',
  /** A server has done what it does to one connection, or is about to do so and will not come back. */
  done: 'connection',
  /** Peers have sent, and read, what they had to. */
  served: 'all connections are served',
  left: 'have left',
} as const;

/** Exit code of a program whom the kernel does not allow its part: EX_NOPERM of sysexits.h. It says on stderr what was refused. */
export const NOT_ALLOWED = 77;

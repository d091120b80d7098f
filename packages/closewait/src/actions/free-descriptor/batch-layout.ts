/**
 * The value that this process and the program share: what is ordered, and what came of it.
 *
 * A header: which thread is asked, whether it came, what call it was in. Then one record for each descriptor.
 */
export const HEADER_AT = {
  pid: 0,
  tid: 4,
  count: 8,
  started: 12,
  done: 16,
  thread: 20,
  /** What the interrupted call may do with a descriptor, one of {@link CALL_USE}. */
  use: 24,
  callNumber: 32,
  callArguments: 40,
} as const;
export const HEADER_BYTES = 128;

export const ORDER_AT = { fd: 0, verdict: 4, inode: 8, cookie: 16, seen: 24 } as const;
/** A power of two, so that the program shifts instead of multiplying. */
export const ORDER_BYTES = 32;

/**
 * At most so many descriptors are closed at a time: 0.9 ms of one thread's own time, most of it for what is sent to the
 * peers (128 connections over loopback with unread data, ten batches, Linux 6.18).
 */
export const MOST_ORDERS = 128;
export const BATCH_BYTES: number = HEADER_BYTES + MOST_ORDERS * ORDER_BYTES;

/** What the thread said for itself when it came by. 0: it did not come. */
export const THREAD_VERDICT = {
  fit: 1,
  /** It is ending and has no descriptors any more. */
  ending: 2,
  /** A thread of the kernel, or a worker of io_uring. */
  kernel: 3,
  /** A 32-bit program, or a call by the 32-bit table. */
  compat: 4,
  /** In a call that may name descriptors where the program does not look. */
  call: 5,
  /** Inside a call, not on its way out of one. */
  inside: 6,
  /** Tasks outside of the process use its table as well. */
  table: 7,
  unreadable: 8,
} as const;
export type ThreadVerdict = keyof typeof THREAD_VERDICT;

/** How an interrupted call, which will be made again, may name a descriptor. */
export const CALL_USE = {
  none: 0,
  first: 1,
  any: 2,
  poll: 3,
  select: 4,
} as const;
export type CallUse = keyof typeof CALL_USE;

/** What became of one descriptor. 0: nobody came to it. */
export const VERDICT = {
  closed: 1,
  free: 2,
  another: 3,
  state: 4,
  watched: 5,
  referenced: 6,
  lingers: 7,
  called: 8,
  kept: 9,
  unreadable: 10,
} as const;
export type Verdict = keyof typeof VERDICT;

import type { Holder } from './process.ts';
import type { SocketFacts } from './socket.ts';

/**
 * What can be done to connections from outside.
 *
 * - `destroy`: SOCK_DESTROY, by addresses and cookie.
 * - `shutdown`: shutdown(2) through a copy of the holder's descriptor.
 * - `timeout`: TCP_USER_TIMEOUT and keepalive options, set in the same way.
 * - `limit`: the owner's limit of descriptors, prlimit(2).
 * - `thaw`: SIGCONT, or the cgroup's freezer, for an owner that is stopped.
 * - `free-descriptor`: close(2) in the owner's own context.
 */
export const ACTION_METHODS = ['destroy', 'shutdown', 'timeout', 'limit', 'thaw', 'free-descriptor'] as const;

/** One of {@link ACTION_METHODS}. */
export type ActionMethod = (typeof ACTION_METHODS)[number];

/**
 * What became of an action, as it was seen afterwards.
 *
 * - `ended`: what was meant is done, and was looked at again.
 * - `already-gone`: there was nothing to do any more.
 * - `changed`: it is another socket, descriptor or process by now; nothing was done.
 * - `denied`: more privilege would do it.
 * - `unsupported`: this kernel cannot.
 * - `refused`: it could be done and was not, for a reason of safety.
 * - `unconfirmed`: the kernel took it, and nobody saw that it helped: the detail says what was seen.
 */
export const OUTCOME_KINDS = [
  'ended',
  'already-gone',
  'changed',
  'denied',
  'unsupported',
  'refused',
  'unconfirmed',
] as const;

/** One of {@link OUTCOME_KINDS}. */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** The process that an action is about. A pid is used again; with the start time it is not. */
export interface OwnerIdentity {
  readonly pid: number;
  /** Milliseconds since the epoch, as ProcessFacts.startedAtMs. */
  readonly startedAtMs: number;
}

/** The connection that an action is about: everything that is compared once more at the moment of acting. */
export interface ConnectionIdentity
  extends Pick<SocketFacts, 'netns' | 'cookie' | 'inode' | 'family' | 'local' | 'remote'> {
  readonly holders: readonly Holder[];
}

/** One outcome for one connection. */
export interface ActionOutcome {
  readonly kind: OutcomeKind;
  /** One line: what was done, or why not; names the system call and error where there was one. */
  readonly detail: string;
  /** The next thing to do, where there is one. */
  readonly hint?: string;
}

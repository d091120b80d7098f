import { constants, openSync } from 'node:fs';
import { Descriptor } from './descriptor.ts';
import { errnoName } from './errno.ts';
import { libcFunction } from './libc.ts';
import { answered, type SystemFailure, type SystemResult } from './system-call.ts';

/** linux/sched.h */
export const CLONE_NEWNET = 0x40000000;
/** The namespace of the calling thread, which alone moves. */
export const OWN_NETWORK = '/proc/thread-self/ns/net';
const setnsCall = libcFunction<[number, number]>('int setns(int, int)');

/**
 * Runs `work` with the calling thread in the network namespace that `path` names, and comes back whatever happens.
 * `work` must be synchronous: other code of this thread must never run in there. Needs CAP_SYS_ADMIN in the user
 * namespace that owns the target (setns(2)).
 *
 * @throws Error when the way back is refused: the process must then not go on.
 */
export function inNetworkNamespace<T>(path: string, work: () => SystemResult<T>): SystemResult<T> {
  const opened = openNamespace(OWN_NETWORK);
  if (!opened.ok) return opened;
  using home = new Descriptor(opened.value);
  const target = openNamespace(path);
  if (!target.ok) return target;
  using abroad = new Descriptor(target.value);
  const entered = answered('setns', setnsCall(abroad.fd, CLONE_NEWNET));
  if (!entered.ok) return entered;
  using _ = new WayBack(home.fd);
  return work();
}

/** Disposed of first, whatever happened abroad. */
export class WayBack implements Disposable {
  readonly #home: number;

  constructor(home: number) {
    this.#home = home;
  }

  [Symbol.dispose](): void {
    const returned = answered('setns', setnsCall(this.#home, CLONE_NEWNET));
    if (!returned.ok) throw new Error(`setns back to the own network namespace: ${returned.errno}`);
  }
}

/** open(2) of a namespace file. */
export function openNamespace(path: string): SystemResult<number> {
  try {
    return { ok: true, value: openSync(path, constants.O_RDONLY) };
  } catch (cause) {
    return failureOf('open', cause);
  }
}

/** Turns an exception of node:fs into the answer that the system call gave; anything else is thrown on. */
export function failureOf(op: string, cause: unknown): SystemFailure {
  if (cause instanceof Error && 'errno' in cause && typeof cause.errno === 'number') {
    return { ok: false, op, errno: errnoName(-cause.errno) };
  }
  throw cause;
}

import { type CallFacts, type ThreadFacts, valueOr } from '../facts/index.ts';

/**
 * What a thread waits for, as far as its system call tells.
 *
 * - `accept`, `events`, `signals`: for work. Such a thread is free.
 * - `lock`: a mutex that another thread has, told by the arguments of futex(2).
 * - `parked`: another futex: a lock, or a queue without work. The call is the same for both.
 * - `sleep`, `poll`: for time, or for descriptors that cannot be seen from outside.
 * - `transfer`: reads from or writes to the descriptor `on`.
 * - `connect`, `child`, `file-lock`, `disk`: as named; `disk` is any uninterruptible wait (state D).
 * - `computing`, `calling`: on a processor, or ready, for nearly all of the window; in its own code, or in many calls.
 * - `running`: at work at one of the looks.
 * - `ended`, `helper`: neither can hold anything up: a thread that ended, one of the kernel's or of the runtime's own.
 * - `unknown`: it could not be read.
 */
export interface ThreadWait {
  readonly thread: ThreadFacts;
  readonly kind:
    | 'accept'
    | 'events'
    | 'signals'
    | 'lock'
    | 'parked'
    | 'sleep'
    | 'poll'
    | 'transfer'
    | 'connect'
    | 'child'
    | 'file-lock'
    | 'disk'
    | 'other-call'
    | 'computing'
    | 'calling'
    | 'running'
    | 'stopped'
    | 'ended'
    | 'helper'
    | 'unknown';
  readonly call: CallFacts | null;
}

/** Spinning loops had 0.36 to 0.7 of their time in the kernel, a loop that computes none (measured, 500 ms). */
const MANY_CALLS = 0.1;
const NEARLY_ALL = 0.8;

const KIND_OF_CALL: Readonly<Record<string, ThreadWait['kind']>> = {
  accept: 'accept',
  accept4: 'accept',
  epoll_wait: 'events',
  epoll_pwait: 'events',
  epoll_pwait2: 'events',
  io_uring_enter: 'events',
  io_getevents: 'events',
  io_pgetevents: 'events',
  rt_sigtimedwait: 'signals',
  rt_sigsuspend: 'signals',
  pause: 'signals',
  nanosleep: 'sleep',
  clock_nanosleep: 'sleep',
  poll: 'poll',
  ppoll: 'poll',
  select: 'poll',
  pselect6: 'poll',
  connect: 'connect',
  wait4: 'child',
  waitid: 'child',
  flock: 'file-lock',
  fcntl: 'file-lock',
};

/** Threads that a runtime starts for itself; a name lowers what a thread proves, it never proves anything. */
const HELPERS =
  /^(?:V8Worker|DelayedTaskSche|SignalInspector|node|libuv-worker|GC Thread|G1 |C[12] Compiler|VM |Signal Dispatch|Finalizer|Reference Handl|Common-Cleaner|Notification T|Service Thread|Monitor Deflati|Sweeper thread)/;

export function waitOf(thread: ThreadFacts, isFirst: boolean): ThreadWait {
  const doing = valueOr(thread.doing, null);
  const call = doing?.kind === 'in-call' ? doing.call : null;
  return { thread, call, kind: kindOf(thread, doing?.kind ?? null, call, isFirst) };
}

function kindOf(
  thread: ThreadFacts,
  doing: string | null,
  call: CallFacts | null,
  isFirst: boolean,
): ThreadWait['kind'] {
  const { state } = thread;
  if (state === 'Z' || state === 'X') return 'ended';
  if (state === 'T' || state === 't') return 'stopped';
  if (doing === 'kernel-worker' || (!isFirst && HELPERS.test(thread.name))) return 'helper';
  if (valueOr(thread.busyShare, 0) >= NEARLY_ALL) {
    return valueOr(thread.systemShare, 0) >= MANY_CALLS ? 'calling' : 'computing';
  }
  if (state === 'D') return 'disk';
  if (doing === null) return 'unknown';
  if (call === null) return 'running';
  if (call.name === 'futex') return isMutex(call) ? 'lock' : 'parked';
  const kind = call.name === null ? undefined : KIND_OF_CALL[call.name];
  if (kind !== undefined) return kind;
  return call.descriptor === null ? 'other-call' : 'transfer';
}

const FUTEX_WAIT = 0n;
const FUTEX_LOCK_PI = 6n;
const FUTEX_WAIT_BITSET = 9n;
const FUTEX_LOCK_PI2 = 13n;
/** FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME of linux/futex.h are no part of the operation. */
const OPERATION = 127n;
/** "Locked, with waiters": nptl/lowlevellock.h of glibc, and the mutex of Rust's standard library. */
const CONTENDED = 2n;

function isMutex({ args: [, operation = -1n, value = -1n] }: CallFacts): boolean {
  const name = operation & OPERATION;
  if (name === FUTEX_LOCK_PI || name === FUTEX_LOCK_PI2) return true;
  return (name === FUTEX_WAIT || name === FUTEX_WAIT_BITSET) && BigInt.asUintN(32, value) === CONTENDED;
}

/** Waits for work: whoever has such a thread could serve one more connection. */
export function isFree({ kind }: ThreadWait): boolean {
  return kind === 'accept' || kind === 'events' || kind === 'signals';
}

/** Waits for something that is no work, beyond doubt. */
export function isElsewhere({ kind }: ThreadWait): boolean {
  return ELSEWHERE.has(kind);
}

const ELSEWHERE: ReadonlySet<ThreadWait['kind']> = new Set([
  'lock',
  'transfer',
  'connect',
  'child',
  'file-lock',
  'disk',
  'other-call',
  'computing',
]);

/** May wait for work or for something else. */
export function isAmbiguous({ kind }: ThreadWait): boolean {
  return kind === 'parked' || kind === 'sleep' || kind === 'poll';
}

/** Whether all that are parked wait at one address: for one lock, or for one queue of a pool. */
export function sharesAddress(waits: readonly ThreadWait[]): boolean {
  const parked = waits.filter(({ kind }) => kind === 'parked');
  return parked.length > 1 && new Set(parked.map(({ call }) => call?.args[0])).size === 1;
}

import {
  type CloseLook,
  type Facts,
  type ProcessActivity,
  type ProcessFacts,
  type SocketFacts,
  valueOr,
} from '../facts/index.ts';
import { isAmbiguous, isElsewhere, isFree, type ThreadWait, waitOf } from './thread-wait.ts';

/** What the threads of one process do, seen from its connections. */
export class ProcessView {
  readonly activity: ProcessActivity;
  readonly waits: readonly ThreadWait[];

  constructor(activity: ProcessActivity) {
    this.activity = activity;
    this.waits = activity.threads
      .map((thread) => waitOf(thread, thread.tid === activity.pid))
      .filter(({ kind }) => kind !== 'helper' && kind !== 'ended');
  }

  /** Null where nobody looked closely at the process. */
  static of(process: ProcessFacts | null, { closeLook }: Facts): ProcessView | null {
    const activity = process === null ? undefined : closeLook?.activities.get(process.pid);
    return activity === undefined || activity.threads.length === 0 ? null : new ProcessView(activity);
  }

  /** Never asleep in the window and making system calls: 36 to 70 % of its time in the kernel (measured). */
  get spinners(): readonly ThreadWait[] {
    return this.waits.filter(({ kind }) => kind === 'calling');
  }

  get computing(): readonly ThreadWait[] {
    return this.waits.filter(({ kind }) => kind === 'computing');
  }

  /** Threads that wait for work. */
  get free(): readonly ThreadWait[] {
    return this.waits.filter(isFree);
  }

  /** Threads that wait, or may wait, for something else than work. */
  get busy(): readonly ThreadWait[] {
    return this.waits.filter((wait) => isElsewhere(wait) || (isAmbiguous(wait) && isSteady(wait)));
  }

  /** Whether some thread waits in epoll_wait for this instance. */
  waitsOn(epollFd: number): boolean {
    return this.waits.some(({ kind, call }) => kind === 'events' && call?.descriptor === epollFd);
  }

  /** Threads inside a call on one of these descriptors. */
  on(descriptors: ReadonlySet<number>): readonly ThreadWait[] {
    return this.waits.filter(
      ({ call }) => call?.descriptor !== undefined && call.descriptor !== null && descriptors.has(call.descriptor),
    );
  }

  /** The loop that an event-driven program has: a thread that waits in epoll_wait, or could. */
  get hasEventLoop(): boolean {
    return valueOr(this.activity.epolls, []).some(({ watches }) => watches > 0);
  }
}

function isSteady({ thread }: ThreadWait): boolean {
  return valueOr(thread.steady, true);
}

/** A handler that starts its wait at once does so within some milliseconds; the scheduler's clock loses some percent. */
const CLOCK_SLACK_MS = 250;
const CLOCK_SLACK = 0.05;
/** It may have worked for a while before it got stuck. */
const WORKED_MS = 1000;

/**
 * Whether a thread can be the one that serves a connection: it last ran when the data had come, or later. `unknown`
 * where the kernel does not tell when it ran.
 */
export function canServe({ thread }: ThreadWait, { info }: SocketFacts): boolean | 'unknown' {
  if (!thread.idleMs.known || !info.known) return 'unknown';
  const dataAgeMs = info.value.lastDataReceivedMs;
  return thread.idleMs.value <= dataAgeMs + CLOCK_SLACK_MS + CLOCK_SLACK * dataAgeMs;
}

/** Whether it also began its wait soon after: a thread that has done other things since has left the connection. */
export function beganWith(wait: ThreadWait, socket: SocketFacts): boolean | 'unknown' {
  const can = canServe(wait, socket);
  if (can !== true || !wait.thread.idleMs.known || !socket.info.known) return can;
  return wait.thread.idleMs.value >= socket.info.value.lastDataReceivedMs / 2 - WORKED_MS;
}

/** Sockets in the order of their last data, the latest first; those of which that is not known are left out. */
export function byDataAge(sockets: readonly SocketFacts[]): readonly SocketFacts[] {
  return sockets
    .flatMap((socket) => (socket.info.known ? { socket, ageMs: socket.info.value.lastDataReceivedMs } : []))
    .sort((a, b) => a.ageMs - b.ageMs)
    .map(({ socket }) => socket);
}

/**
 * Whether a thread can be the one that serves any of these connections, and began its wait with it where `isBeginning`. What
 * {@link canServe} asks holds from some age on, what {@link beganWith} asks beside it up to some age: the first one of which
 * the former holds decides. Thousands of threads times 100,000 connections would be too many questions.
 *
 * @param sockets of {@link byDataAge}.
 */
export function servesAny(
  wait: ThreadWait,
  sockets: readonly SocketFacts[],
  isBeginning: boolean,
): boolean | 'unknown' {
  let [low, high] = [0, sockets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const socket = sockets[middle];
    if (socket !== undefined && canServe(wait, socket) === false) low = middle + 1;
    else high = middle;
  }
  const first = sockets[low];
  if (first === undefined) return false;
  return isBeginning ? beganWith(wait, first) : canServe(wait, first);
}

/** The window, for sentences: `in 0.5 s`. */
export function describeWindow(closeLook: CloseLook | null): string {
  const ms = closeLook?.windowMs ?? null;
  return ms === null ? 'at one look' : `for ${(ms / 1000).toFixed(1)} s`;
}

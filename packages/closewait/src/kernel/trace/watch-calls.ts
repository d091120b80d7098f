import {
  type CallArchitecture,
  type CallEnterEvent,
  type CallExitEvent,
  callEnterDecoder,
  callExitDecoder,
  type NewTaskEvent,
  newTaskDecoder,
  type SystemCallName,
  systemCallName,
  systemCallNumber,
  type TraceEventDecoder,
} from '@closewait/core/codec';
import { known, type ObservedCall, type ObservedTask, type Reading } from '@closewait/core/facts';
import { eventDecoder } from './event-decoder.ts';
import { CallPairs } from './pair-calls.ts';
import { TraceSession } from './trace-session.ts';

/** Calls that make, use or end connections, and those in which a thread may wait meanwhile. */
const CALLS: readonly SystemCallName[] = [
  ...(['socket', 'listen', 'accept', 'accept4', 'connect', 'shutdown', 'close', 'close_range'] as const),
  ...(['dup', 'dup2', 'dup3', 'fcntl', 'ioctl', 'execve', 'exit_group'] as const),
  ...(['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'] as const),
  ...(['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg', 'sendfile', 'splice'] as const),
  ...(['poll', 'ppoll', 'select', 'pselect6', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'epoll_ctl'] as const),
  ...(['io_uring_enter', 'futex', 'nanosleep', 'clock_nanosleep', 'pause', 'wait4', 'waitid'] as const),
];

const ENTER = 'raw_syscalls:sys_enter';
const EXIT = 'raw_syscalls:sys_exit';
const NEW_TASK = 'task:task_newtask';
/** A loop that spins fills 2 MB in about 20 ms. The beginning is what matters: where there is no room, the newest go. */
const BUFFER_KILOBYTES = 2 << 10;
/** A thread that makes so many calls between two polls spins: what it does is known, and would drown the others. */
const SPINNING_EVENTS = 4000;
const RAW_CALLS = ['sys_enter', 'sys_exit'].map((name) => ({ system: 'raw_syscalls', name }));
/** linux/sched.h */
const CLONE_FILES = 0x400n;
const CLONE_THREAD = 0x1_0000n;

interface Decoders {
  readonly enter: TraceEventDecoder<CallEnterEvent>;
  readonly exit: TraceEventDecoder<CallExitEvent>;
  readonly newTask: TraceEventDecoder<NewTaskEvent>;
}

/** A thread that belongs to the programs, and its process. */
export interface FollowedThread {
  readonly tid: number;
  readonly pid: number;
}

/**
 * Takes the system calls of the programs that this process starts, from their very first one on: they are followed
 * because this process's own first thread, which starts them, is. Its own calls the kernel leaves out.
 */
export class CallWatch implements Disposable {
  readonly tasks: ObservedTask[] = [];
  /** Threads whose calls were recorded no more from a moment on, because they were too many. */
  readonly muted: { readonly tid: number; readonly atMs: number }[] = [];
  lost = 0;
  lostMore = false;
  readonly #session: TraceSession;
  readonly #decoders: Decoders;
  readonly #toMs: (ns: bigint) => number;
  readonly #architecture: CallArchitecture;
  readonly #pairs: CallPairs;
  readonly #processOf = new Map<number, number>();
  readonly #returned: { readonly thread: FollowedThread; readonly name: string; readonly result: number }[] = [];

  private constructor(
    session: TraceSession,
    decoders: Decoders,
    toMs: (ns: bigint) => number,
    architecture: CallArchitecture,
  ) {
    this.#session = session;
    this.#decoders = decoders;
    this.#toMs = toMs;
    this.#architecture = architecture;
    this.#pairs = new CallPairs((number) => this.#nameOf(number));
  }

  static open(toMs: (ns: bigint) => number, architecture: CallArchitecture): Reading<CallWatch> {
    const filter = filterOf([process.pid], architecture);
    const session = TraceSession.open({
      events: [...RAW_CALLS.map((event) => ({ ...event, filter })), { system: 'task', name: 'task_newtask' }],
      threads: [process.pid],
      bufferKilobytesPerCpu: BUFFER_KILOBYTES,
      loses: 'newest',
    });
    if (!session.known) return session;
    const enter = eventDecoder(session.value, ENTER, callEnterDecoder);
    const exit = eventDecoder(session.value, EXIT, callExitDecoder);
    const newTask = eventDecoder(session.value, NEW_TASK, newTaskDecoder);
    if (enter.known && exit.known && newTask.known) {
      const decoders = { enter: enter.value, exit: exit.value, newTask: newTask.value };
      return known(new CallWatch(session.value, decoders, toMs, architecture));
    }
    session.value[Symbol.dispose]();
    return [enter, exit, newTask].find((it) => !it.known) as Reading<never>;
  }

  /** A program that was just started. */
  follow(pid: number): void {
    this.#processOf.set(pid, pid);
  }

  /** Every process of the programs so far, the ended ones too. */
  get pids(): ReadonlySet<number> {
    return new Set(this.#processOf.values());
  }

  get calls(): readonly ObservedCall[] {
    // The last call of a muted thread has most likely returned.
    const muted = new Set(this.muted.map(({ tid }) => tid));
    return this.#pairs.list().filter(({ tid, returnedMs }) => returnedMs !== null || !muted.has(tid));
  }

  poll(): void {
    const { events, lost, lostMore } = this.#session.poll();
    this.lost += lost;
    this.lostMore ||= lostMore;
    const eventsOf = new Map<number, number>();
    for (const { event, bytes, atNs } of events) {
      const atMs = this.#toMs(atNs);
      if (event === ENTER) this.#enter(bytes, atMs, eventsOf);
      else if (event === EXIT) this.#exit(bytes, atMs);
      else this.#begin(bytes, atMs);
    }
    for (const [tid, made] of eventsOf) if (made > SPINNING_EVENTS) this.#mute(tid);
  }

  #mute(tid: number): void {
    if (this.muted.some((it) => it.tid === tid)) return;
    this.muted.push({ tid, atMs: this.#toMs(process.hrtime.bigint()) });
    const filter = filterOf([process.pid, ...this.muted.map((it) => it.tid)], this.#architecture);
    for (const event of RAW_CALLS) this.#session.filter(event, filter);
  }

  /** Which calls have returned since the last time that this was asked, and in which process. */
  takeReturned(): readonly { readonly thread: FollowedThread; readonly name: string; readonly result: number }[] {
    return this.#returned.splice(0);
  }

  #enter(bytes: Uint8Array, atMs: number, eventsOf: Map<number, number>): void {
    const entered = this.#decoders.enter(bytes);
    if (!entered.ok) return;
    const { tid } = entered.value;
    if (!this.#processOf.has(tid)) return;
    eventsOf.set(tid, (eventsOf.get(tid) ?? 0) + 1);
    this.#pairs.enter(entered.value, atMs);
  }

  #exit(bytes: Uint8Array, atMs: number): void {
    const exited = this.#decoders.exit(bytes);
    if (!exited.ok) return;
    const { tid, number, returned } = exited.value;
    const pid = this.#processOf.get(tid);
    if (pid === undefined) return;
    this.#pairs.exit(exited.value, atMs);
    const name = this.#nameOf(number);
    if (name === 'accept' || name === 'accept4') {
      this.#returned.push({ thread: { tid, pid }, name, result: Number(returned) });
    }
  }

  #begin(bytes: Uint8Array, atMs: number): void {
    const begun = this.#decoders.newTask(bytes);
    if (!begun.ok) return;
    const { tid: parentTid, child: tid, flags } = begun.value;
    const parent = this.#processOf.get(parentTid);
    // What this process starts itself is followed where it is a program: see follow().
    if (parent === undefined) return;
    const isThread = (flags & CLONE_THREAD) !== 0n;
    this.#processOf.set(tid, isThread ? parent : tid);
    this.tasks.push({ atMs, tid, parentTid, isThread, sharesDescriptors: (flags & CLONE_FILES) !== 0n });
  }

  #nameOf(number: number): string | null {
    const name = systemCallName(this.#architecture, { number, args: [], is32Bit: false });
    return name !== null && CALLS.includes(name) ? name : null;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}

/** Not the calls of these threads, and of all others those of {@link CALLS}. */
function filterOf(leftOut: readonly number[], architecture: CallArchitecture): string {
  const numbers = CALLS.flatMap((name) => systemCallNumber(architecture, name) ?? []);
  const threads = leftOut.map((tid) => `common_pid != ${tid}`).join(' && ');
  return `${threads} && (${numbers.map((number) => `id == ${number}`).join(' || ')})`;
}

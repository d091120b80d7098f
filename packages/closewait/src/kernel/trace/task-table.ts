import { statSync } from 'node:fs';
import { decodeProcStatus, decodeText } from '@closewait/core/codec';
import type { KernelSource } from '@closewait/core/facts';
import { INITIAL_PID_NAMESPACE } from '../bpf/why-not.ts';

/**
 * A thread that did something, and its process. One that had ended when it was asked for has the name of its parent at
 * first (fork), and its own when the event of its end is taken: by the end of the poll.
 */
export interface Task {
  readonly tid: number;
  /** Null: it had ended before it could be asked, and nothing that was seen tells its process. */
  readonly pid: number | null;
  /** `comm` of the process, else of the thread; null: not known. */
  readonly name: string | null;
  /** A thread of the kernel's own, which closes what others have let go of. */
  readonly isKernel: boolean;
}

interface Begun {
  readonly parent: number;
  readonly isThread: boolean;
  readonly name: string;
}

interface Ended {
  readonly name: string;
  lastMs: number;
}

interface Cached {
  readonly task: Task;
  readonly readAtMs: number;
}

/** A process that becomes another program (execve) keeps its number and changes its name. */
const FRESH_MS = 5000;
/** Between its exit and the last of what it held. */
const ENDING_MS = 3000;
/** kthreadd, the parent of all threads of the kernel. */
const KTHREADD = 2;

/**
 * Tells processes by their threads, also those that are gone when they are asked for: a thread that lives as long as its
 * connection, a child that serves one. What it cannot ask any more it knows from the events of their begin and end.
 */
export class TaskTable {
  readonly #source: KernelSource;
  /** Trace events number threads as the initial pid namespace does. */
  readonly #isInitial = statSync('/proc/self/ns/pid').ino === INITIAL_PID_NAMESPACE;
  readonly #cached = new Map<number, Cached>();
  readonly #begun = new Map<number, Begun>();
  readonly #ended = new Map<number, Ended>();
  /** Processes that were there at the begin: the numbers of their first threads. */
  readonly #leaders: Set<number>;
  /** What was told of threads that were gone already, and are not known to have ended. */
  readonly #recalled = new Map<number, { -readonly [Key in keyof Task]: Task[Key] }>();

  constructor(source: KernelSource) {
    this.#source = source;
    const names = source.readDirectory('/proc');
    this.#leaders = new Set(names.known ? names.value.filter((name) => /^\d+$/.test(name)).map(Number) : []);
  }

  /** Whether /proc numbers threads as the events do. */
  get canTell(): boolean {
    return this.#isInitial;
  }

  began(tid: number, begun: Begun): void {
    // The number of one that has ended is used again.
    this.#forget(tid);
    this.#begun.set(tid, begun);
  }

  ended(tid: number, name: string, nowMs: number): void {
    this.#ended.set(tid, { name, lastMs: nowMs });
    const recalled = this.#recalled.get(tid);
    if (recalled !== undefined) recalled.name = name;
  }

  /** Whether it has begun to end: what it holds closes by that. */
  isEnding(tid: number, nowMs: number): boolean {
    const ended = this.#ended.get(tid);
    if (ended !== undefined) ended.lastMs = nowMs;
    return ended !== undefined;
  }

  /** Forgets those that have ended and of which nothing came for a while; one with 100,000 sockets takes its time. */
  tidy(nowMs: number): void {
    for (const [tid, { lastMs }] of this.#ended) if (nowMs - lastMs > ENDING_MS) this.#forget(tid);
  }

  /** After losses, what is kept may be of a thread that another has succeeded under its number. */
  clear(): void {
    this.#cached.clear();
    this.#begun.clear();
    this.#ended.clear();
    this.#recalled.clear();
  }

  taskOf(tid: number, nowMs: number): Task {
    const cached = this.#cached.get(tid);
    if (cached !== undefined && (nowMs - cached.readAtMs < FRESH_MS || this.#ended.has(tid))) return cached.task;
    const task = this.#read(tid) ?? this.#recall(tid, nowMs) ?? cached?.task ?? nobody(tid);
    this.#cached.set(tid, { task, readAtMs: nowMs });
    return task;
  }

  #read(tid: number): Task | null {
    if (!this.#isInitial) return null;
    const status = this.#source.readFile(`/proc/${tid}/status`);
    const text = status.known ? decodeProcStatus(status.value) : null;
    if (text?.ok !== true) return null;
    const { name, threadGroupId: pid, parentPid } = text.value;
    const comm = pid === tid ? null : this.#source.readFile(`/proc/${pid}/comm`);
    return {
      tid,
      pid,
      name: comm?.known === true ? decodeText(comm.value).replace(/\n$/, '') : name,
      isKernel: parentPid === KTHREADD || pid === KTHREADD,
    };
  }

  /** From the events; a thread's process is that of the thread that started it. */
  #recall(tid: number, nowMs: number): Task | null {
    const begun = this.#begun.get(tid);
    const name = this.#ended.get(tid)?.name ?? begun?.name ?? null;
    const isLeader = this.#leaders.has(tid);
    if (begun === undefined) return name === null ? null : { tid, pid: isLeader ? tid : null, name, isKernel: false };
    const leader = begun.isThread && begun.parent !== tid ? this.taskOf(begun.parent, nowMs) : null;
    if (leader === null) {
      const task = { tid, pid: tid, name, isKernel: false };
      if (!this.#ended.has(tid)) this.#recalled.set(tid, task);
      return task;
    }
    return {
      tid,
      pid: leader.pid,
      get name() {
        return leader.name ?? name;
      },
      isKernel: false,
    };
  }

  #forget(tid: number): void {
    this.#cached.delete(tid);
    this.#begun.delete(tid);
    this.#ended.delete(tid);
    this.#leaders.delete(tid);
    this.#recalled.delete(tid);
  }
}

function nobody(tid: number): Task {
  return { tid, pid: null, name: null, isKernel: false };
}

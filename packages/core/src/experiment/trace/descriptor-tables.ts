import type { Observation, ObservedCall, ObservedTask } from '../../facts/index.ts';

/** What a descriptor is, as far as calls tell. */
export interface Binding<T> {
  /** Null: a socket of which it is not known yet what it is connected to. */
  readonly to: T | null;
  readonly closesOnExec: boolean;
}

/** The descriptor tables of all processes, followed through the calls that make, copy and close descriptors. */
export class DescriptorTables<T> {
  readonly #tableOf = new Map<number, Map<number, Binding<T>>>();
  readonly #processOf = new Map<number, number>();

  constructor(programs: Observation['programs']) {
    for (const { pid } of programs) this.#processOf.set(pid, pid);
  }

  processOf(tid: number): number {
    return this.#processOf.get(tid) ?? tid;
  }

  get(tid: number, fd: number): T | null {
    return this.#table(tid).get(fd)?.to ?? null;
  }

  /** Each thing that the process has, with the first descriptor of it. */
  held(tid: number): ReadonlyMap<T, number> {
    const held = new Map<T, number>();
    for (const [fd, { to }] of this.#table(tid)) if (to !== null && !held.has(to)) held.set(to, fd);
    return held;
  }

  bind(tid: number, fd: number, to: T | null, closesOnExec: boolean): void {
    this.#table(tid).set(fd, { to, closesOnExec });
  }

  /** What a descriptor turns out to be that is open already. */
  connect(tid: number, fd: number, to: T): void {
    this.bind(tid, fd, to, this.#table(tid).get(fd)?.closesOnExec ?? false);
  }

  close(tid: number, fd: number): void {
    this.#table(tid).delete(fd);
  }

  begin({ tid, parentTid, isThread, sharesDescriptors }: ObservedTask): void {
    this.#processOf.set(tid, isThread ? this.processOf(parentTid) : tid);
    if (isThread) return;
    const parents = this.#table(parentTid);
    this.#tableOf.set(tid, sharesDescriptors ? parents : new Map(parents));
  }

  /** What a call does to descriptors that no other call does: dup(2), fcntl(2), ioctl(2), execve(2). */
  apply({ tid, name, args, result }: ObservedCall): void {
    if (result === null || result < 0) return;
    const table = this.#table(tid);
    const [fd = 0, command = 0, value = 0] = args.map(Number);
    const copy = (closesOnExec: boolean): void => {
      const copied = table.get(fd);
      if (copied === undefined) table.delete(result);
      else if (fd !== result) table.set(result, { ...copied, closesOnExec });
    };
    const mark = (closesOnExec: boolean): void => {
      const marked = table.get(fd);
      if (marked !== undefined) table.set(fd, { ...marked, closesOnExec });
    };
    if (name === 'dup' || name === 'dup2') copy(false);
    else if (name === 'dup3') copy((value & O_CLOEXEC) !== 0);
    else if (name === 'fcntl' && command === F_DUPFD) copy(false);
    else if (name === 'fcntl' && command === F_DUPFD_CLOEXEC) copy(true);
    else if (name === 'fcntl' && command === F_SETFD) mark((value & FD_CLOEXEC) !== 0);
    else if (name === 'ioctl' && command === FIOCLEX) mark(true);
    else if (name === 'ioctl' && command === FIONCLEX) mark(false);
    else if (name === 'execve') {
      // The new program has a table of its own, whatever the old one shared (execve(2)).
      const kept = [...table].filter(([, { closesOnExec }]) => !closesOnExec);
      this.#tableOf.set(this.processOf(tid), new Map(kept));
    }
  }

  #table(tid: number): Map<number, Binding<T>> {
    const pid = this.processOf(tid);
    let table = this.#tableOf.get(pid);
    if (table === undefined) {
      table = new Map();
      this.#tableOf.set(pid, table);
    }
    return table;
  }
}

/** fcntl.h and asm-generic/ioctls.h, the same on x86-64 and arm64. */
export const O_CLOEXEC = 0o2000000;
const F_DUPFD = 0;
const F_SETFD = 2;
const F_DUPFD_CLOEXEC = 1030;
const FD_CLOEXEC = 1;
const FIOCLEX = 0x5451;
const FIONCLEX = 0x5450;

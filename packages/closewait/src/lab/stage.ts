import { readdirSync, statSync } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';
import { inNetworkNamespace, PrivateNetwork } from '../ffi/index.ts';
import { type LabCommand, LabProcess } from './lab-process.ts';
import { orGone } from './or-gone.ts';
import type { LabProgram } from './program-url.ts';
import { waitUntil } from './wait-until.ts';

/** Somebody who looks at a run from outside, from before its first program on. */
export interface StageWatch {
  /** The namespace is there, and nothing runs in it yet; the path names it as long as the run goes on. */
  readonly onNetwork: (networkPath: string) => void;
  /** A program was started; `from` is its name in what it says. */
  readonly onProgram: (from: string, pid: number) => void;
}

/** What a stage needs to know of the run. */
export interface StageRun {
  readonly watch?: StageWatch | undefined;
  readonly signal: AbortSignal;
  readonly withinMs: number;
  readonly onLine: (line: { readonly from: string; readonly text: string }) => void;
  readonly python: string | undefined;
}

/** What a scenario is played on: a network namespace of its own, and the programs in it. */
export class Stage implements AsyncDisposable {
  readonly #network: PrivateNetwork;
  readonly #run: StageRun;
  readonly #programs: LabProcess[] = [];
  readonly #atEnd: (() => Promise<void>)[] = [];

  private constructor(network: PrivateNetwork, run: StageRun) {
    this.#network = network;
    this.#run = run;
  }

  /** @throws ClosewaitError `cannot-look` without the privilege to make a network namespace. */
  static open(run: StageRun): Stage {
    const made = PrivateNetwork.create();
    if (made.ok) {
      const stage = new Stage(made.value, run);
      run.watch?.onNetwork(stage.networkPath);
      return stage;
    }
    throw new ClosewaitError('cannot-look', `cannot make a private network namespace: ${made.op}: ${made.errno}`, {
      op: made.op,
      errno: made.errno,
      hint: 'run as root',
    });
  }

  /** Names the namespace, as long as the stage is open. */
  get networkPath(): string {
    return this.#network.path;
  }

  /** The namespace's identity on nsfs. */
  get networkInode(): number {
    return this.#network.inode;
  }

  /** Starts a program in the namespace; `from` is its name in what it says. */
  start(from: string, program: LabProgram, ...args: readonly string[]): LabProcess {
    return this.#start(from, program, args);
  }

  /** Starts any command in the namespace; it gets no argument that it is not given here. Needs setpriv (util-linux). */
  startProgram(from: string, command: LabCommand): LabProcess {
    return this.#start(from, command, []);
  }

  /** Ends one program before the others. From then on it does not count as one that has failed. */
  async end(program: LabProcess): Promise<void> {
    this.#programs.splice(this.#programs.indexOf(program), 1);
    await program.stop();
  }

  /** Runs `undo` before the programs are ended: what would keep them from ending, or outlive them. */
  atEnd(undo: () => Promise<void>): void {
    this.#atEnd.push(undo);
  }

  #start(from: string, program: LabProgram | LabCommand, args: readonly string[]): LabProcess {
    const { onLine, python, watch } = this.#run;
    // spawn forks before it returns, and the child stays where its parent's thread was.
    const started = inNetworkNamespace(this.#network.path, () => ({
      ok: true,
      value: new LabProcess(program, args, (text) => onLine({ from, text }), python),
    }));
    if (!started.ok) throw new ClosewaitError('internal', `cannot enter the namespace: ${started.errno}`, started);
    this.#programs.push(started.value);
    watch?.onProgram(from, started.value.pid);
    return started.value;
  }

  /** @throws ClosewaitError `internal` when a program fails or the time is over, the signal's reason when it aborts. */
  async waitFor(what: string, holds: () => boolean): Promise<void> {
    const came = await waitUntil(() => {
      for (const program of this.#programs) program.throwIfFailed('lab');
      return holds();
    }, this.#run);
    if (!came) {
      throw new ClosewaitError('internal', `waited ${this.#run.withinMs} ms in vain for ${what}`, { op: 'lab' });
    }
  }

  /** Waits until a program has said `line`, or so many lines that begin with it. */
  async heard(program: LabProcess, line: string, times = 1): Promise<void> {
    await this.waitFor(`${program.program} to say "${line}"`, () => program.hasSaid(line, times));
  }

  /** Ends everything that runs in the namespace, whoever started it, and lets the namespace go. */
  async [Symbol.asyncDispose](): Promise<void> {
    const undone = await Promise.allSettled(this.#atEnd.map((undo) => undo()));
    await Promise.all(this.#programs.map((program) => program.stop()));
    const { signal } = new AbortController();
    const isEmpty = await waitUntil(() => this.#killInhabitants() === 0, { withinMs: this.#run.withinMs, signal });
    this.#network[Symbol.dispose]();
    if (!isEmpty) throw new ClosewaitError('internal', 'processes of the scenario survive SIGKILL', { op: 'lab' });
    for (const result of undone) if (result.status === 'rejected') throw result.reason;
  }

  /** Sends SIGKILL to each process in the namespace: what its programs have started. Answers how many there were. */
  #killInhabitants(): number {
    const pids = readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && this.#lives(pid));
    for (const pid of pids) orGone(() => process.kill(pid, 'SIGKILL'));
    return pids.length;
  }

  /**
   * With all of its threads: somebody who looks at every namespace of the host comes by with one of them (setns(2)), and
   * lives elsewhere.
   */
  #lives(pid: number): boolean {
    const isInside = (path: string): boolean | null =>
      orGone(() => statSync(`${path}/ns/net`).ino === this.#network.inode);
    if (isInside(`/proc/${pid}`) !== true) return false;
    const tids = orGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
    return tids.every((tid) => isInside(`/proc/${pid}/task/${tid}`) !== false);
  }
}

import type { KernelSource, ReaderOutcome, Unknown, Unseen } from '@closewait/core/facts';

/** What one look has to say about itself: which readers ran, how long, and what they could not see. */
export class LookLog {
  readonly readers: ReaderOutcome[] = [];
  readonly unseen: Unseen[] = [];
  readonly #source: KernelSource;

  constructor(source: KernelSource) {
    this.#source = source;
  }

  /** Runs a reader and notes its time. `problem` of the answer: it read nothing at all. */
  run<T extends { readonly problem?: Unknown }>(name: string, read: () => T): T {
    const { value, ms } = this.#source.timed(name, read);
    const { problem } = value;
    this.readers.push(problem === undefined ? { name, ok: true, ms } : { name, ok: false, ms, problem });
    return value;
  }

  /** The same for a reader that waits. */
  async runAsync<T extends { readonly problem?: Unknown }>(name: string, read: () => Promise<T>): Promise<T> {
    const { value, ms } = await this.#source.timedAsync(name, read);
    const { problem } = value;
    this.readers.push(problem === undefined ? { name, ok: true, ms } : { name, ok: false, ms, problem });
    return value;
  }

  /** Runs a reader that says itself what it missed, and notes its time. */
  time<T>(name: string, read: () => T): T {
    const { value, ms } = this.#source.timed(name, read);
    this.readers.push({ name, ok: true, ms });
    return value;
  }

  /** Notes something that exists, or may exist, and could not be looked at. */
  missed(what: string, problem: Unknown): void {
    this.unseen.push({ what, problem });
  }
}

/**
 * Counts equal refusals, so that a thousand processes of other users make one line. A process that ended meanwhile is
 * not missed: it holds nothing any more.
 */
export class Refusals {
  #count = 0;
  #first: Unknown | undefined;

  add(problem: Unknown): void {
    if (problem.why === 'gone') return;
    this.#count++;
    this.#first ??= problem;
  }

  /** One line for all, where there were any: `what` of so many processes. */
  report(log: LookLog, what: string): void {
    const processes = this.#count === 1 ? 'one process' : `${this.#count} processes`;
    if (this.#first !== undefined) log.missed(`${what} of ${processes}`, this.#first);
  }
}

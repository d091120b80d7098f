import type { Owner, WatchedProcess } from './passive-close.ts';

/** Reads the task when it is asked: its name may come after its last deed. */
export class Closer {
  readonly by = 'closer';
  readonly #task: WatchedProcess;
  readonly #held: Owner;

  constructor(task: WatchedProcess, held: Owner) {
    this.#task = task;
    this.#held = held;
  }

  get name(): string | null {
    return this.#task.name;
  }

  /** A thread that is gone may be known by name alone; a holder of that name is its process. */
  get pid(): number | null {
    const held = this.#held;
    if (this.#task.pid !== null || held.by !== 'holder' || held.name !== this.#task.name) return this.#task.pid;
    return held.pid;
  }
}

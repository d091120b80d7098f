import type { TopEvent } from './model/events.ts';
import type { ReadSelector } from './model/filter.ts';
import type { TopState } from './model/state.ts';
import { update } from './model/update.ts';

/** The one state of the screens, and who wants to know when it changes. */
export class TopStore {
  readonly #readSelector: ReadSelector;
  readonly #listeners = new Set<() => void>();
  #state: TopState;

  constructor(state: TopState, readSelector: ReadSelector) {
    this.#state = state;
    this.#readSelector = readSelector;
  }

  /** Bound: React takes them as they are. */
  readonly state = (): TopState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  dispatch(event: TopEvent): void {
    const next = update(this.#state, event, this.#readSelector);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  /** Waits until the state is so, or it is over. */
  async until(holds: (state: TopState) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (holds(this.#state) || this.#state.isOver) resolve();
    };
    const forget = this.subscribe(check);
    check();
    await promise;
    forget();
  }
}

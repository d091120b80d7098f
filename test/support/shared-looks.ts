import { chooseSuspects, DIAGNOSED_STATES } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { LiveSource, observe } from '../../packages/closewait/src/kernel/index.ts';

/** Looks at the host that many ask for at once: each gets the first one that began after it had asked. */
export class SharedLooks {
  #current: Promise<unknown> = Promise.resolve();
  #next: Promise<Facts> | null = null;

  /** Two looks 500 ms apart, as a diagnosis has them; they take the time of one for all who wait. */
  next(): Promise<Facts> {
    if (this.#next === null) {
      const begin = (): Promise<Facts> => {
        this.#next = null;
        return look();
      };
      this.#next = this.#current.then(begin, begin);
      this.#current = this.#next;
    }
    return this.#next;
  }
}

function look(): Promise<Facts> {
  return observe(new LiveSource(), {
    states: DIAGNOSED_STATES,
    depth: 'report',
    windowMs: 500,
    choose: (first) => chooseSuspects(first, { minAgeMs: 0 }),
  });
}

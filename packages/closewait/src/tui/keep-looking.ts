import { setTimeout as delay } from 'node:timers/promises';
import { ClosewaitError } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import type { HostWatch } from './model/host-watch.ts';
import { wantedPage } from './model/update.ts';
import type { TopStore } from './store.ts';

/** How long to wait at once: a shorter interval, a pause or the end must not wait for a long one. */
const STEP_MS = 100;

/** Looks every interval, counted from beginning to beginning, until it is over; a recording once. */
export async function keepLooking(store: TopStore, watch: HostWatch): Promise<void> {
  while (!store.state().isOver) {
    const beganMs = performance.now();
    store.dispatch({ type: 'looking' });
    try {
      store.dispatch({ type: 'looked', look: await watch.look() });
    } catch (cause) {
      store.dispatch({ type: 'look-failed', message: describe(cause), atMs: Date.now() });
    }
    if (watch.recording !== null) return;
    while (performance.now() - beganMs < store.state().intervalMs && !store.state().isOver) await delay(STEP_MS);
    await store.until(({ isPaused }) => !isPaused);
  }
}

/** Asks for each page of connections that the screen wants, one at a time. */
export async function keepPaging(store: TopStore, watch: HostWatch): Promise<void> {
  while (!store.state().isOver) {
    const request = wantedPage(store.state());
    if (request === null) {
      await store.until((state) => wantedPage(state) !== null);
      continue;
    }
    try {
      store.dispatch({ type: 'paged', page: await watch.page(request) });
    } catch (cause) {
      // The look says what is wrong, and goes on trying; the same page would be refused at once again.
      store.dispatch({ type: 'look-failed', message: describe(cause), atMs: Date.now() });
      await delay(STEP_MS);
    }
  }
}

function describe(cause: unknown): string {
  if (cause instanceof ClosewaitError) {
    return safeText(cause.hint === undefined ? cause.message : `${cause.message}; ${cause.hint}`);
  }
  // A defect: it ends the program, and says so.
  throw cause;
}

import { setTimeout as delay } from 'node:timers/promises';

/** How long and for what to wait. */
interface Waiting {
  readonly withinMs: number;
  /** Ends the waiting with its reason. */
  readonly signal: AbortSignal;
}

/** Between two looks: a loopback handshake takes far less than this, and a look at one port costs about 0.1 ms. */
const POLL_MS = 10;

/**
 * Asks `holds` until it answers true, and then answers true; false when the time is over. What `holds` throws ends the
 * waiting.
 */
export async function waitUntil(holds: () => boolean, { withinMs, signal }: Waiting): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    if (holds()) return true;
    if (performance.now() >= deadlineMs) return false;
    await delay(POLL_MS);
  }
}

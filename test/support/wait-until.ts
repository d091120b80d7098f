import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 5;

/**
 * Resolves as soon as `holds` answers true, looking every few milliseconds; rejects after `deadlineMs` with the
 * `condition` it waited for. For conditions that nothing announces.
 */
export async function waitUntil(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await delay(LOOK_AGAIN_MS);
  }
}

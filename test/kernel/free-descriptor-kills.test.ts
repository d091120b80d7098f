import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GiveBack, prepareGiveBack } from '../support/give-back.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { LeakyServer, RUNTIMES } from '../support/leaky-servers.ts';
import { makeNamespace } from '../support/namespace.ts';
import { isAlive, linksOf, ownerOf } from '../support/owner.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** For each runtime: 200 in all, and in the nightly run 200 each. */
const KILLS = Number(process.env['CLOSEWAIT_KILLS'] ?? 200 / RUNTIMES.length);
/** What a server forgets at a time. */
const MOST_LEAKED = 3000;
const FILLED = 50;
/** Two batches: a kill may come between them. */
const ORDERED = 150;
/** From the beginning of the order to its end, and a little longer. */
const LONGEST_MS = 80;

describe('a command that is killed while it gives descriptors back', () => {
  it.each(RUNTIMES)('leaves a server in %s alive and correct, wherever it was', {
    timeout: 600_000,
  }, async (runtime) => {
    using namespace = makeNamespace();
    await using server = await LeakyServer.start(runtime, namespace, { clients: 2, pauseUs: 2000 });
    const { pid } = server;
    const owner = ownerOf(pid);
    let stuck = await server.leak(MOST_LEAKED);
    let links = linksOf(pid);
    prepareGiveBack();
    let next = new GiveBack();
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => next.kill());
    for (let kill = 0; kill < KILLS; kill++) {
      if (stuck.length < ORDERED) {
        stuck = await server.leak(MOST_LEAKED - stuck.length);
        links = linksOf(pid);
      }
      const ordered = new Set(stuck.slice(0, ORDERED));
      await using giving = next;
      await giving.begin(owner, [...ordered]);
      // It starts while this one works.
      next = new GiveBack();
      // Evenly spread and not at random: each moment is reached in every run of the test.
      await delay((LONGEST_MS * (kill + 0.5)) / KILLS);
      await giving.kill();
      const after = linksOf(pid);
      for (const [fd, link] of links) {
        // Other connections come and go.
        if (!link.startsWith('socket:')) expect(after.get(fd), `descriptor ${fd}`).toBe(link);
      }
      stuck = stuck.filter((descriptor) => {
        const isThere = after.get(descriptor.fd) === `socket:[${descriptor.inode}]`;
        expect(isThere || ordered.has(descriptor), `descriptor ${descriptor.fd}`).toBe(true);
        return isThere;
      });
      links = after;
      expect((await server.count()).failures).toBe(0);
      expect(isAlive(pid)).toBe(true);
    }
    await next.kill();
    const before = await server.count();
    await server.fill(FILLED);
    await waitUntil('the load went on', async () => (await server.count()).requests > before.requests + 2 * FILLED);
    expect((await server.count()).failures).toBe(0);
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freeDescriptors } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { LeakyServer, RUNTIMES } from '../support/leaky-servers.ts';
import { makeNamespace } from '../support/namespace.ts';
import { isAlive, ownerOf } from '../support/owner.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const LEAKED = 10_000;
/** As many connections at once take numbers that were freed. */
const FILLED = 300;
const MORE_REQUESTS = 1000;

describe('a server under load', () => {
  it.each(RUNTIMES)('in %s gives 10,000 leaked descriptors back, and no request fails', async (runtime) => {
    using namespace = makeNamespace();
    await using server = await LeakyServer.start(runtime, namespace);
    const { pid } = server;
    expect(readdirSync(`/proc/${pid}/task`).length).toBeGreaterThan(1);
    const leaked = await server.leak(LEAKED);
    expect(leaked.length).toBe(LEAKED);
    const before = await server.count();
    const outcomes = await freeDescriptors(ownerOf(pid), leaked, {
      source: new LiveSource(),
      cause: 'descriptor-leaked',
      acceptsReuse: true,
    });
    expect(outcomes.filter(({ kind }) => kind !== 'ended')).toEqual([]);
    await server.fill(FILLED);
    await waitUntil('the load went on', async () => (await server.count()).requests > before.requests + MORE_REQUESTS);
    expect((await server.count()).failures).toBe(0);
    expect(await server.stuck()).toEqual([]);
    expect(isAlive(pid)).toBe(true);
  });
});

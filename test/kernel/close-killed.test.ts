import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '@closewait/core/orders';
import { auditSchema } from '@closewait/core/orders/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { CLOSEWAIT, listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace } from '../support/namespace.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWatchedPeers, type WatchedPeers } from '../support/watched-peers.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONNECTIONS = 400;

interface Killed {
  /** Ports of the peers, by what was written down of their connections. */
  readonly ordered: ReadonlySet<number>;
  readonly done: ReadonlySet<number>;
  readonly records: readonly AuditRecord[];
}

/** Runs `closewait close` on all connections, and kills it when `moment` has come. */
async function killAt(
  peers: WatchedPeers,
  audit: string,
  method: readonly string[],
  moment: () => Promise<void>,
): Promise<Killed> {
  const order = ['close', `pid:${peers.pid}`, '--min-age', '0s', '--with', ...method, '--yes', '--at-most', '10000'];
  const [file = '', ...args] = [...CLOSEWAIT, ...order, '--audit', audit];
  const child = spawn(file, args, { stdio: 'ignore' });
  const closed = once(child, 'close');
  await Promise.race([moment(), closed]);
  child.kill('SIGKILL');
  await closed;
  const records = linesOf(audit).map((line) => auditSchema.parse(JSON.parse(line)));
  const portsOf = (phase: AuditRecord['phase']): ReadonlySet<number> =>
    new Set(records.filter((record) => record.phase === phase).map(portOf));
  return { ordered: portsOf('ordered'), done: portsOf('done'), records };
}

/** Whole lines: half a line is of a command that was killed while it wrote, and had not begun then. */
function linesOf(audit: string): readonly string[] {
  return readFileSync(audit, 'utf8').split('\n').slice(0, -1);
}

function portOf({ order }: AuditRecord): number {
  return Number(order.connection?.remote.split(':').at(-1));
}

describe('an order whose command is killed', () => {
  // A moment is when so many peers have seen their end: somewhere in the middle of acting, or shortly behind it.
  const moments = Array.from({ length: 3 }, () => 1 + Math.floor(Math.random() * CONNECTIONS));

  it.each(
    ['destroy', 'shutdown'].flatMap((method) => moments.map((after) => [method, after] as const)),
  )('has written down by %s everything that the peers have seen, when %d of them have', async (method, after) => {
    using namespace = makeNamespace();
    await using peers = await startWatchedPeers(CONNECTIONS, namespace);
    const audit = join(folder, `${method}-${after}.jsonl`);
    const { ordered, records } = await killAt(peers, audit, [method], () => peers.untilEnded(after));
    await waitUntil('all peers whose connection was ended have said so', async () => {
      const left = await listConnections(namespace);
      return peers.ended.size === CONNECTIONS - left.length;
    });
    expect(peers.ended.size).toBeGreaterThanOrEqual(after);
    expect([...peers.ended].filter((port) => !ordered.has(port))).toEqual([]);
    expect(new Set(records.map(({ id, phase }) => `${phase} ${id}`)).size).toBe(records.length);
  });

  it('has written down what it has begun and nobody has looked at again', async () => {
    using namespace = makeNamespace();
    await using peers = await startWatchedPeers(CONNECTIONS, namespace);
    const audit = join(folder, 'timeout.jsonl');
    // The peers are alive and answer every probe: there is nothing to look at until the time has passed.
    const { ordered, done } = await killAt(peers, audit, ['timeout', '--timeout', '1m'], () =>
      waitUntil('the program sees an option', async () => (await peers.probed()).size > 0),
    );
    const probed = await peers.probed();
    expect(probed.size).toBeGreaterThan(0);
    expect([...probed].filter((port) => !ordered.has(port))).toEqual([]);
    expect(done.size).toBe(0);
  });
});

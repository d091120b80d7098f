import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseDocument } from '@closewait/core/orders';
import { auditSchema, closeSchema } from '@closewait/core/orders/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { runScenario } from '../../packages/closewait/src/lab/index.ts';
import { CLOSEWAIT, listConnections } from '../support/closewait.ts';
import { FOREIGN_SCENARIOS } from '../support/foreign-scenarios.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { type LeakyRuntime, LeakyServer } from '../support/leaky-servers.ts';
import { makeNamespace } from '../support/namespace.ts';
import { isAlive, linksOf, type SocketDescriptor } from '../support/owner.ts';
import { startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-free-'));
afterAll(() => rmSync(folder, { recursive: true }));
const AUDIT = join(folder, 'audit.jsonl');
const CLOSE = [...CLOSEWAIT, 'close', '--audit', AUDIT];
const FREE = [...CLOSE, '--with', 'free-descriptor', '--accept-descriptor-reuse', '--min-age', '0s'];
/** What can go wrong, in the words that whoever orders it has to have read. */
const WARNING = /reads, writes or closes that other one: data may reach the wrong peer/;

interface Closed {
  readonly exitCode: number;
  readonly document: CloseDocument;
}

async function closeJson(command: readonly string[]): Promise<Closed> {
  const { exitCode, stdout, stderr } = await run([...command, '--json']);
  if (stdout === '') throw new Error(stderr);
  return { exitCode: exitCode ?? 0, document: closeSchema.parse(JSON.parse(stdout)) };
}

const outcomesOf = ({ orders }: CloseDocument): readonly (string | undefined)[] =>
  orders.map(({ outcome }) => outcome?.kind);

const detailsOf = ({ orders }: CloseDocument): readonly string[] =>
  orders.map(({ outcome }) => outcome?.detail ?? 'a dry run');

/**
 * Without those whose servers have a thread that reads their standard input: it has waited for about as long as the connections are
 * old, as a worker would that does not come back to one of them, and of that cause nothing is given back.
 */
const SERVERS: readonly LeakyRuntime[] = ['c', 'node', 'go'];

/** However it was wrapped. */
const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('closewait close --with free-descriptor', () => {
  it('gives all descriptors of a program back, and counts them as /proc does', async () => {
    const connections = 30;
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', connections, '--bytes', 9], namespace);
    const before = linksOf(holder.pid);
    const { exitCode, document } = await closeJson([...FREE, `pid:${holder.pid}`, '--yes']);
    expect(detailsOf(document).filter((_, index) => outcomesOf(document)[index] !== 'ended')).toEqual([]);
    expect({ exitCode, count: document.orders.length }).toEqual({ exitCode: 0, count: connections });
    const after = linksOf(holder.pid);
    expect(before.size - after.size).toBe(connections);
    expect(document.processes[0]?.descriptors).toMatchObject({ before: before.size, after: after.size });
    // What was open beside them is what it was.
    expect([...after]).toEqual([...before].filter(([fd]) => after.has(fd)));
    expect(await listConnections(namespace)).toEqual([]);
    expect(isAlive(holder.pid)).toBe(true);
  });

  it('writes each down before it is done and afterwards', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2], namespace);
    const { document } = await closeJson([...FREE, `pid:${holder.pid}`, '--yes']);
    const lines = readFileSync(AUDIT, 'utf8').trim().split('\n');
    const records = lines.map((line) => auditSchema.parse(JSON.parse(line)));
    const own = records.filter(({ process }) => process?.pid === holder.pid);
    expect(own.map(({ phase, order }) => [phase, order.action?.method, order.outcome?.kind])).toEqual([
      ['ordered', 'free-descriptor', undefined],
      ['ordered', 'free-descriptor', undefined],
      ['done', 'free-descriptor', 'ended'],
      ['done', 'free-descriptor', 'ended'],
    ]);
    expect(own.slice(2).map(({ order }) => order)).toEqual(document.orders);
    expect(own.map(({ order }) => order.after?.descriptor)).toEqual([undefined, undefined, 'free', 'free']);
    expect(new Set(own.map(({ id }) => id)).size).toBe(2);
  });

  it.each(
    SERVERS,
  )('gives what a server in %s has forgotten back while it serves, and no request fails', async (runtime) => {
    const leaked = 20;
    using namespace = makeNamespace();
    await using server = await LeakyServer.start(runtime, namespace, { clients: 1, pauseUs: 5000 });
    const stuck = await server.leak(leaked);
    await waitUntil('all are older than what passes through', async () => {
      const rows = await listConnections(namespace, [...CLOSEWAIT, 'ls', '--json']);
      return rows.length >= leaked;
    });
    const order = [...FREE, '--min-age', '1s', `pid:${server.pid}`, 'cause:descriptor-leaked', 'cause:close-missing'];
    const isOpen = ({ inode }: SocketDescriptor): boolean =>
      [...linksOf(server.pid).values()].includes(`socket:[${inode}]`);
    // A thread that happens to wait for something in both looks makes another cause of it: whoever orders looks again.
    await waitUntil('all are given back', async () => {
      const { document } = await closeJson([...order, '--yes']);
      expect(detailsOf(document).filter((_, index) => outcomesOf(document)[index] !== 'ended')).toEqual([]);
      return !stuck.some(isOpen);
    });
    const then = await server.count();
    await server.fill(leaked);
    await waitUntil('it serves', async () => (await server.count()).requests >= then.requests + 2 * leaked);
    expect((await server.count()).failures).toBe(0);
  });

  it('gives back what SOCK_DESTROY has left behind', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 3, '--bytes', 9], namespace);
    const before = linksOf(holder.pid).size;
    const destroyed = await closeJson([...CLOSE, '--min-age', '0s', '--with', 'destroy', `pid:${holder.pid}`, '--yes']);
    expect(outcomesOf(destroyed.document)).toEqual(['ended', 'ended', 'ended']);
    expect(linksOf(holder.pid).size).toBe(before);
    const { exitCode, document } = await closeJson([...FREE, `pid:${holder.pid}`, 'cause:closed-but-held', '--yes']);
    expect({ exitCode, outcomes: outcomesOf(document) }).toEqual({
      exitCode: 0,
      outcomes: ['ended', 'ended', 'ended'],
    });
    expect(linksOf(holder.pid).size).toBe(before - 3);
    expect(isAlive(holder.pid)).toBe(true);
  });

  it('changes nothing without --yes, and says what it would do', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2, '--bytes', 9], namespace);
    const before = linksOf(holder.pid);
    const { exitCode, stdout } = await run([...FREE, `pid:${holder.pid}`]);
    expect(exitCode).toBe(1);
    expect(inOneLine(stdout)).toContain('free-descriptor: the process closes it, without learning of it');
    expect(inOneLine(stdout)).not.toMatch(WARNING);
    const unread = await run([...CLOSE, '--min-age', '0s', '--with', 'free-descriptor', `pid:${holder.pid}`]);
    expect(unread.exitCode).toBe(1);
    expect(inOneLine(unread.stdout)).toMatch(WARNING);
    expect(linksOf(holder.pid)).toEqual(before);
  });

  it('does nothing for whoever has not accepted what can go wrong, and says what that is in one line', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 1, '--bytes', 9], namespace);
    const before = linksOf(holder.pid);
    const order = [...CLOSE, '--min-age', '0s', '--with', 'free-descriptor', `pid:${holder.pid}`, '--yes'];
    const { exitCode, stdout, stderr } = await run(order);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^closewait: --with free-descriptor needs --accept-descriptor-reuse: [^\n]+\n$/);
    expect(stderr).toMatch(WARNING);
    expect(linksOf(holder.pid)).toEqual(before);
  });

  it('leaves alone what several have, and lists them', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 1, '--bytes', 9, '--dup', 1], namespace);
    const before = linksOf(holder.pid);
    const { exitCode, document } = await closeJson([...FREE, `pid:${holder.pid}`, '--yes']);
    const numbers = [holder.told('firstFd'), holder.told('dupFd')].sort((a, b) => a - b);
    const list = numbers.map((fd) => `descriptor ${fd} of process ${holder.pid}`).join(', ');
    expect({ exitCode, details: detailsOf(document) }).toEqual({ exitCode: 1, details: [`several have it: ${list}`] });
    expect(linksOf(holder.pid)).toEqual(before);
  });

  it('leaves alone what an epoll instance watches, as the runtime of Go does', async () => {
    const scenario = FOREIGN_SCENARIOS.find(({ name }) => name === 'go-forget');
    if (scenario === undefined) throw new Error('there is no go-forget');
    await runScenario(scenario, {
      withinMs: 30_000,
      readConnections,
      onLine: () => undefined,
      onScene: async ({ pids: [pid = 0] }) => {
        const before = linksOf(pid);
        const { exitCode, document } = await closeJson([...FREE, `pid:${pid}`, '--yes']);
        expect({ exitCode, outcomes: outcomesOf(document) }).toEqual({
          exitCode: 1,
          outcomes: ['refused', 'refused', 'refused'],
        });
        for (const detail of detailsOf(document))
          expect(detail).toMatch(/^descriptor \d+ is watched: by an epoll instance/);
        expect(linksOf(pid)).toEqual(before);
      },
    });
  });
});

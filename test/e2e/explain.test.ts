import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { CAUSE_IDS } from '@closewait/core/facts';
import type { Explanation } from '@closewait/core/report';
import { explanationSchema } from '@closewait/core/report/schema';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';

expectNothingLeaked();

const EXPLAIN = [...CLOSEWAIT, 'explain'];
const PAGES = readdirSync(`${CHECKOUT}/docs/causes`);

describe('closewait explain', () => {
  it('tells of a process what its thread waits for and what is owed on its oldest connection', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 4, '--bytes', 9], namespace);
    const { exitCode, stdout, stderr } = await run([...EXPLAIN, `pid:${holder.pid}`, '--min-age', '0']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('4 connections are stuck');
    expect(stdout).toMatch(/The oldest of 4 connections: 127\.0\.0\.1:\d+ with 127\.0\.0\.1:\d+/);
    expect(stdout).toMatch(/\|---- FIN -+>\| {2}\d\d:\d\d:\d\d UTC/);
    expect(stdout).toMatch(/9 B \+ FIN, unread/);
    expect(stdout).toMatch(/<- - close[ -]+\| {2}owed/);
    expect(stdout).toContain('peer     closed: no process holds the other end any more');
    expect(stdout).toMatch(/1 thread of the process/);
  });

  it('shows both ends of a connection where both are on this host', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    try {
      client.end('nine byte');
      await once(accepted.resume(), 'end');
      const { stdout } = await run([...EXPLAIN, `:${port}`, '--min-age', '0', '--quick']);
      expect(stdout).toMatch(/FIN-WAIT-2 +CLOSE-WAIT +descriptor \d+/);
      expect(stdout).toMatch(/\|---- reads 9 bytes -+>\|/);
      expect(stdout).toMatch(/\|---- takes the FIN -+>\|/);
      const peer = /peer +FIN-WAIT-2, held by [^\n]+ (\d+), descriptor \d+/.exec(stdout);
      expect(peer?.[1]).toBe(String(process.pid));
    } finally {
      client.destroy();
      accepted.destroy();
      server.close();
      await once(server, 'close');
    }
  });

  it('prints one document of its schema as JSON, from one look or two', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv6', 3, '--bytes', 9], namespace);
    for (const [words, looks] of [
      [[], 2],
      [['--quick'], 1],
    ] as const) {
      const { stdout } = await run([...EXPLAIN, `pid:${holder.pid}`, '--min-age', '0', '--json', ...words]);
      const document: Explanation = explanationSchema.parse(JSON.parse(stdout));
      const [finding, ...others] = document.findings;
      expect(others).toEqual([]);
      expect(document.windowMs === null ? 1 : 2).toBe(looks);
      expect(finding?.threads?.listed.map(({ tid }) => tid)).toEqual([holder.pid]);
      expect(finding?.sequence).toMatchObject({ accepted: true, peer: null });
      expect(finding?.connections[0]?.interest).toBe('not watched');
    }
  });

  it.each(CAUSE_IDS.filter((id) => PAGES.includes(`${id}.md`)))('prints the page of %s', async (id) => {
    const { exitCode, stdout, stderr } = await run([...EXPLAIN, `cause:${id}`]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.startsWith(`${id}\n`)).toBe(true);
  });

  it('says that a selector matches nothing, which is no error', async () => {
    const { exitCode, stdout } = await run([...EXPLAIN, 'cookie:1']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Nothing to explain of cookie:1: \d+ in CLOSE-WAIT were seen/);
  });

  it.each([['cause:unheard-of'], ['foo'], ['pid:x']])('refuses %s with one line and exit code 2', async (selector) => {
    const { exitCode, stdout, stderr } = await run([...EXPLAIN, selector]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^closewait: '[^\n]+\n$/);
  });
});

describe('the bundle', () => {
  it('brings every page', async () => {
    const built = await run([process.execPath, `${CHECKOUT}/tools/build/main.ts`]);
    expect(built.exitCode).toBe(0);
    const main = `${CHECKOUT}/packages/closewait/dist/main.js`;
    expect(statSync(main).isFile()).toBe(true);
    const { stdout } = await run([process.execPath, main, 'explain', 'cause:never-accepted']);
    expect(stdout).toContain('never-accepted');
    for (const page of PAGES.filter((file) => file !== 'README.md')) {
      const bundled = readFileSync(`${CHECKOUT}/packages/closewait/dist/causes/${page}`, 'utf8');
      expect(bundled).toBe(readFileSync(`${CHECKOUT}/docs/causes/${page}`, 'utf8'));
    }
  });
});

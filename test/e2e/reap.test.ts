import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { auditSchema } from '@closewait/core/orders/schema';
import type { PlanDocument, PlannedDecision } from '@closewait/core/report/plan';
import { planSchema } from '@closewait/core/report/plan/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT, listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';

expectNothingLeaked();

const RECORDING = 'fixtures/scenes/incident/recording.cwr';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/closewait-reap-`);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A policy with one rule in a file of its own. */
function write(name: string, rule: string, more = ''): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(file, `version: 1\n${more}rules:\n  - {name: all, ${rule}}\n`);
  return file;
}

async function planFor(file: string, ...words: readonly string[]): Promise<PlanDocument> {
  const { stdout, stderr } = await run([...CLOSEWAIT, 'reap', '--json', '--policy', file, ...words], {
    deadlineMs: 50_000,
  });
  expect(stderr).toBe('');
  return planSchema.parse(JSON.parse(stdout));
}

describe('closewait reap --from', () => {
  it('prints what docs/policy.md shows', async () => {
    const page = readFileSync(`${CHECKOUT}/docs/policy.md`, 'utf8');
    const [, command = '', shown = ''] = /^\$ (closewait reap [^\n]+)\n([^]*?)^```$/m.exec(page) ?? [];
    const words = command
      .split(' ')
      .slice(1)
      .map((word) => (/^(?:docs|fixtures)\//.test(word) ? `${CHECKOUT}/${word}` : word));
    const { exitCode, stdout } = await run([...CLOSEWAIT, ...words]);
    // The path of this checkout is longer than the one of the page, so lines break elsewhere.
    const flowing = (text: string): string => text.replaceAll(`${CHECKOUT}/`, '').replaceAll(/\s+/g, ' ').trim();
    expect(flowing(stdout)).toBe(flowing(shown));
    expect(exitCode).toBe(1);
  });

  it('explains each connection, and plans the same each time', async () => {
    const file = write('explain', 'when: "true", method: destroy, grace: 1', 'limits: {total: 3}\n');
    const words = [...CLOSEWAIT, 'reap', '--explain', '--policy', file, '--from', `${CHECKOUT}/${RECORDING}`];
    const [first, second] = [await run([...words, '--looks', '9']), await run([...words, '--looks', '9'])];
    expect(second).toEqual(first);
    const { decisions } = await planFor(file, '--from', `${CHECKOUT}/${RECORDING}`, '--looks', '9');
    expect(decisions.length).toBeGreaterThan(60);
    for (const { connection, why } of decisions) {
      expect(first.stdout).toContain(connection.remote);
      expect(first.stdout.replaceAll(/\s+/g, ' ')).toContain(why);
    }
  });

  it('ends with 0 where nothing is to be done', async () => {
    const file = write('nothing', 'when: cause == "idle-pool", method: destroy');
    const calm = `${CHECKOUT}/fixtures/scenes/calm/recording.cwr`;
    const { exitCode, stdout } = await run([...CLOSEWAIT, 'reap', '--policy', file, '--from', calm]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('no connection is stuck') });
  });
});

describe('closewait reap', () => {
  it('tells every mistake of a policy by line and column, and looks at nothing', async () => {
    const file = write('bad', 'when: caus == "x", method: destory, minAge: 1s', 'moed: enforce\n');
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'reap', '--policy', file, '--yes']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replaceAll(file, 'FILE').trimEnd().split('\n')).toEqual([
      "closewait: FILE:2:1: unknown key 'moed': did you mean 'mode'?",
      "closewait: FILE:4:23: unknown field 'caus': did you mean 'cause'?",
      "closewait: FILE:4:44: expected one of auto, destroy, shutdown, timeout, limit, thaw, free-descriptor, none, not 'destory'",
      "closewait: FILE:4:61: expected at least 10s, not '1s'",
    ]);
  });

  it('does by --yes what an enforcing policy decides and no more, and writes each action down with its rule', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 3, '--bytes', 9], namespace);
    const rule = `when: process.pid == ${holder.pid}, method: destroy, grace: 1, allowPossible: true, limits: {total: 2}`;
    const file = write('enforce', rule, 'mode: enforce\n');
    const audit = `${folder}/audit.jsonl`;
    const plan = await planFor(file, '--looks', '2', '--interval', '10s', '--yes', '--audit', audit);
    const own = plan.decisions.filter(({ process: owner }) => owner?.pid === holder.pid);
    expect(own.map(({ decision, outcome }) => [decision, outcome?.kind])).toEqual([
      ['act', 'ended'],
      ['act', 'ended'],
      ['wait', undefined],
    ]);
    expect(await listConnections(namespace)).toHaveLength(1);
    const lines = readFileSync(audit, 'utf8').trim().split('\n');
    const records = lines.map((line) => auditSchema.parse(JSON.parse(line)));
    expect(
      records.map(({ phase, rule: name, order }) => [phase, name, order.outcome?.kind, order.after?.state]),
    ).toEqual([
      ['ordered', 'all', undefined, undefined],
      ['ordered', 'all', undefined, undefined],
      ['done', 'all', 'ended', 'CLOSED'],
      ['done', 'all', 'ended', 'CLOSED'],
    ]);
    const idsOf = (phase: string): readonly string[] =>
      records.flatMap((record) => (record.phase === phase ? record.id : []));
    expect(new Set(idsOf('ordered')).size).toBe(2);
    expect(idsOf('done')).toEqual(idsOf('ordered'));
  });

  it('plans for real sockets when they are old enough, touches none, and protects sshd and its own ancestors', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 3, '--bytes', 9], namespace);
    await using session = await startProgram('hold', ['--ipv4', 2, '--bytes', 9, '--name', 'sshd'], namespace);
    await using own = await holdInThisProcess();
    const file = write('live', 'when: "true", method: destroy, grace: 1, allowPossible: true, limits: {total: 2}');
    const of = (plan: PlanDocument, pid: number): readonly PlannedDecision[] =>
      plan.decisions.filter(({ process: owner }) => owner?.pid === pid);
    const rows = await listConnections(namespace);
    const plan = await planFor(file, '--looks', '2', '--interval', '10s');
    expect(plan.looks).toBe(2);
    const held = of(plan, holder.pid);
    expect(held.map(({ connection }) => connection.cookie)).toHaveLength(3);
    for (const { decision, waitsFor } of held) {
      expect(['observe null', 'wait pass-limit']).toContain(`${decision} ${waitsFor}`);
    }
    // Whatever else this host has in CLOSE-WAIT counts too.
    expect(plan.totals.observe).toBe(2);
    expect(of(plan, session.pid).map(({ protection }) => protection)).toEqual(['ssh-session', 'ssh-session']);
    const mine = of(plan, process.pid).find(({ connection }) => connection.remote.endsWith(`:${own.peerPort}`));
    expect(mine?.protection).toBe('closewait-itself');

    const after = await listConnections(namespace);
    expect(after.map(({ cookie }) => cookie)).toEqual(rows.map(({ cookie }) => cookie));
  });
});

/** A connection in CLOSE-WAIT of this process, which starts closewait. */
async function holdInThisProcess(): Promise<AsyncDisposable & { readonly peerPort: number }> {
  const accepted = Promise.withResolvers<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => accepted.resolve(socket.pause()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const held = await accepted.promise;
  client.end();
  return {
    peerPort: held.remotePort ?? 0,
    async [Symbol.asyncDispose]() {
      held.destroy();
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

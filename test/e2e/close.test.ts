import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseDocument } from '@closewait/core/orders';
import { auditSchema, closeSchema } from '@closewait/core/orders/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT, listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { programPath, startProgram } from '../support/program.ts';
import { type Ended, run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-close-'));
afterAll(() => rmSync(folder, { recursive: true }));
const AUDIT = join(folder, 'audit.jsonl');
const CLOSE = [...CLOSEWAIT, 'close', '--min-age', '0s', '--audit', AUDIT];
/** SOCK_DESTROY is one of these. */
const REQUEST_FOR_ONE_BYTES = '72';

/** Its parent is in another pid namespace: it would take it for gone. */
const ALONE = ['--', 'env', '-u', 'FIXTURE_PARENT'];

const startHolder = (namespace: NetworkNamespace, connections = 2): ReturnType<typeof startProgram> =>
  startProgram('hold', ['--ipv4', connections, '--bytes', 9], namespace);

async function closeJson(
  command: readonly string[],
): Promise<{ readonly ended: Ended; readonly document: CloseDocument }> {
  const ended = await run([...command, '--json']);
  if (ended.stdout === '') throw new Error(ended.stderr);
  const document: unknown = JSON.parse(ended.stdout);
  return { ended, document: closeSchema.parse(document) };
}

/** CAP_SYS_RESOURCE of linux/capability.h: containers keep it from root. */
function mayRaiseHardLimits(): boolean {
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
}

const outcomesOf = ({ orders }: CloseDocument): readonly (string | undefined)[] =>
  orders.map(({ outcome }) => outcome?.kind);

describe('closewait close', () => {
  it('changes nothing without --yes, and says what it would do', async () => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace);
    const { ended, document } = await closeJson([...CLOSE, `pid:${holder.pid}`, '--with', 'destroy']);
    expect(ended.exitCode).toBe(1);
    expect(document).toMatchObject({ carriedOut: false, audit: null, totals: { selected: 2, planned: 2 } });
    expect(document.orders.map(({ frees }) => frees)).toEqual(
      Array.from({ length: 2 }, () => ({ connection: 'yes', descriptor: 'no', worker: 'not-lost' })),
    );
    expect(await listConnections(namespace)).toHaveLength(2);
  });

  it.each(['destroy', 'shutdown'])('ends by %s what was named and nothing else, and writes it down', async (method) => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace, 3);
    const [victim] = await listConnections(namespace);
    if (victim === undefined) throw new Error('three are stuck');
    const { ended, document } = await closeJson([...CLOSE, `cookie:${victim.cookie}`, '--with', method, '--yes']);
    expect({ code: ended.exitCode, outcomes: outcomesOf(document) }).toEqual({ code: 0, outcomes: ['ended'] });
    expect(document.orders[0]).toMatchObject({
      pid: holder.pid,
      before: { state: 'CLOSE-WAIT', descriptor: 'open' },
      after: { state: 'CLOSED', descriptor: 'open' },
    });
    expect(document.processes[0]?.descriptors?.after).toBe(document.processes[0]?.descriptors?.before);
    const left = await listConnections(namespace);
    expect(left.map(({ cookie }) => cookie)).not.toContain(victim.cookie);
    expect(left).toHaveLength(2);
    const last: unknown = JSON.parse(readFileSync(AUDIT, 'utf8').trim().split('\n').at(-1) ?? '');
    const record = auditSchema.parse(last);
    expect(record).toMatchObject({ who: { uid: 0 }, rule: null, process: { pid: holder.pid } });
    expect(record.order).toEqual(document.orders[0]);
    expect(statSync(AUDIT).mode & 0o777).toBe(0o600);
  });

  it('raises the soft limit, and by --hard the hard one, and reads it back', async () => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace);
    await run(['prlimit', '--pid', `${holder.pid}`, '--nofile=100:200']);
    const order = [...CLOSE, `pid:${holder.pid}`, '--with', 'limit'];
    const soft = await closeJson([...order, '--yes']);
    expect(soft.document.orders[0]).toMatchObject({ outcome: { kind: 'ended' }, action: { soft: 200, hard: 200 } });
    const again = await closeJson([...order, '--yes']);
    expect(again.document.orders[0]).toMatchObject({ outcome: { kind: 'refused' }, action: null });
    const hard = await closeJson([...order, '--hard', '--limit', '300', '--yes']);
    expect(hard.document.orders[0]?.outcome?.kind).toBe(mayRaiseHardLimits() ? 'ended' : 'denied');
    const limits = readFileSync(`/proc/${holder.pid}/limits`, 'utf8');
    expect(limits).toMatch(mayRaiseHardLimits() ? /Max open files\s+300\s+300\s/ : /Max open files\s+200\s+200\s/);
  });

  it('does nothing without a selector, and nothing for a selector that fits nothing', async () => {
    const bare = await run([...CLOSEWAIT, 'close', '--yes']);
    expect(bare.exitCode).toBe(2);
    expect(bare.stderr).toMatch(/^closewait: close needs a selector: [^\n]+\n$/);
    const none = await run([...CLOSE, 'pid:4194303', '--yes']);
    expect(none.exitCode).toBe(0);
    expect(none.stdout).toContain('nothing that is stuck fits pid:4194303');
  });

  it.each([
    [['--with', 'kill']],
    [['--with', 'destroy', '--direction', 'both']],
    [['--with', 'shutdown', '--limit', '100']],
    [['--with', 'limit', '--limit', '0']],
    [['--with', 'destroy', '--accept-descriptor-reuse']],
    [['--timeout', '10']],
    [['--at-most', 'all']],
    [['--yes', '--from', 'incident.cwr']],
  ])('refuses %j in one line, and looks at nothing', async (options) => {
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'close', 'pid:4194303', ...options]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^closewait: [^\n]+\n$/);
  });

  it('says of a recording what an order would have come to', async () => {
    const recording = `${CHECKOUT}/fixtures/scenes/incident/recording.cwr`;
    const { ended, document } = await closeJson([...CLOSEWAIT, 'close', '--where', 'true', '--from', recording]);
    expect(ended.exitCode).toBe(1);
    expect(document.orders.length).toBeGreaterThan(60);
    expect(document.orders.every(({ action, refusal }) => (action === null) !== (refusal === null))).toBe(true);
  });

  it('refuses more than 100 at once unless --at-most allows them', async () => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace, 101);
    const order = [...CLOSE, `pid:${holder.pid}`, '--with', 'destroy', '--yes'];
    const refused = await run(order);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('101 would be acted on');
    expect(await listConnections(namespace)).toHaveLength(101);
    const allowed = await closeJson([...order, '--at-most', '101']);
    expect(allowed.document.totals.outcomes.ended).toBe(101);
    expect(await listConnections(namespace)).toEqual([]);
  });

  it('does nothing that could not be written down where the user has named a file', async () => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace, 1);
    const link = join(folder, 'link');
    symlinkSync('/dev/null', link);
    for (const file of [link, '/dev/full', '/nowhere/audit', folder]) {
      const command = [...CLOSEWAIT, 'close', `pid:${holder.pid}`, '--min-age', '0s', '--with', 'destroy', '--yes'];
      const { exitCode, stderr } = await run([...command, '--audit', file]);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^closewait: --audit [^\n]+nothing was done\n$/);
    }
    expect(await listConnections(namespace)).toHaveLength(1);
  });
});

describe('closewait close where it may not or cannot', () => {
  /** The command, inside of something that takes a right or a call from it. */
  const refusals: readonly (readonly [string, readonly string[], string, string, RegExp])[] = [
    [
      'CAP_NET_ADMIN is missing',
      ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', '--'],
      'destroy',
      'denied',
      /EPERM.*CAP_NET_ADMIN/,
    ],
    [
      'the kernel has no CONFIG_INET_DIAG_DESTROY',
      [programPath('refuse-call'), 'sendto', `${constants.errno.EOPNOTSUPP}`, REQUEST_FOR_ONE_BYTES],
      'destroy',
      'unsupported',
      /EOPNOTSUPP.*CONFIG_INET_DIAG_DESTROY/,
    ],
    [
      'Yama or a security module forbids pidfd_getfd',
      [programPath('refuse-call'), 'pidfd_getfd', `${constants.errno.EPERM}`, 'any'],
      'shutdown',
      'denied',
      /EPERM.*CAP_SYS_PTRACE/,
    ],
    [
      'the kernel has no pidfd_getfd',
      [programPath('refuse-call'), 'pidfd_getfd', `${constants.errno.ENOSYS}`, 'any'],
      'timeout',
      'unsupported',
      /ENOSYS.*Linux 5\.6/,
    ],
  ];

  it.each(refusals)('says so where %s', async (_, inside, method, kind, says) => {
    using namespace = makeNamespace();
    await using holder = await startHolder(namespace, 1);
    const order = [...CLOSE, `pid:${holder.pid}`, '--with', method, '--yes'];
    const { ended, document } = await closeJson([...inside, ...order]);
    expect({ code: ended.exitCode, outcomes: outcomesOf(document) }).toEqual({ code: 1, outcomes: [kind] });
    expect(document.orders[0]?.outcome?.detail).toMatch(says);
    expect(document.orders[0]?.outcome?.hint).not.toBeNull();
    expect(await listConnections(namespace)).toHaveLength(1);
  });

  it.each(['destroy', 'shutdown'])("leaves another user's connections alone by %s, and says why", async (method) => {
    using namespace = makeNamespace();
    await using _ = await startHolder(namespace, 1);
    using unprivileged = unprivilegedCloseWait();
    const [row] = await listConnections(namespace);
    const order = ['close', `cookie:${row?.cookie}`, '--min-age', '0s', '--with', method, '--yes'];
    const { ended, document } = await closeJson(namespace.inside(unprivileged.command(order)));
    expect(ended.exitCode).toBe(1);
    expect(outcomesOf(document)).toEqual([method === 'destroy' ? 'denied' : 'refused']);
    expect(document.unseen.length).toBeGreaterThan(0);
    expect(await listConnections(namespace)).toHaveLength(1);
  });

  it('ends what a process in user and pid namespaces of its own holds', async () => {
    using namespace = makeNamespace();
    const apart = {
      inside: (command: readonly string[]) =>
        namespace.inside([
          'unshare',
          '--user',
          '--map-root-user',
          '--pid',
          '--fork',
          '--kill-child',
          ...ALONE,
          ...command,
        ]),
    };
    await using _ = await startProgram('hold', ['--ipv4', 1, '--bytes', 9], apart);
    const [row] = await listConnections(namespace);
    const { document } = await closeJson([...CLOSE, `cookie:${row?.cookie}`, '--with', 'shutdown', '--yes']);
    expect(outcomesOf(document)).toEqual(['ended']);
    expect(document.orders[0]?.owners).not.toEqual([]);
    expect(await listConnections(namespace)).toEqual([]);
  });

  it('from inside of a pid namespace ends no connection of a process outside through its descriptor', async () => {
    using namespace = makeNamespace();
    await using _ = await startHolder(namespace, 1);
    const [row] = await listConnections(namespace);
    const inside = namespace.inside(['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--']);
    const { document } = await closeJson([...inside, ...CLOSE, `cookie:${row?.cookie}`, '--with', 'shutdown', '--yes']);
    expect(outcomesOf(document)).toEqual(['refused']);
    expect(await listConnections(namespace)).toHaveLength(1);
  });
});

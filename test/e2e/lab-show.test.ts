import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceConnection, TraceDocument, TraceEnd, TraceEvent } from '@closewait/core/experiment';
import { traceSchema } from '@closewait/core/experiment/schema';
import type { TcpState } from '@closewait/core/tcp';
import { describe, expect, it } from 'vitest';
import { DetachedMount } from '../../packages/closewait/src/ffi/index.ts';
import { CAUSE_SCENARIOS } from '../../packages/closewait/src/lab/index.ts';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { outputOf, run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

async function show(...args: readonly string[]): Promise<TraceDocument> {
  return JSON.parse(await outputOf([...CLOSEWAIT, 'lab', ...args, '--show', '--json'])) as TraceDocument;
}

/** Where the first event of a connection lies for which `is` holds; fails where there is none. */
function indexOf({ events }: TraceConnection, what: string, is: (event: TraceEvent) => boolean): number {
  const index = events.findIndex(is);
  if (index < 0) throw new Error(`no ${what} among ${JSON.stringify(events)}`);
  return index;
}

function statesOf({ events }: TraceConnection, of: TraceEnd): readonly (TcpState | null)[] {
  return events.flatMap((event) => (event.kind === 'state' && event.end === of ? [event.to] : []));
}

const isFinOf =
  (from: TraceEnd) =>
  (event: TraceEvent): boolean =>
    event.kind === 'segment' && event.from === from && event.flags.includes('FIN');

describe('closewait lab NAME --show', () => {
  it('tells in its order what happened: the FIN, the read that returned 0, the close that is missing', async () => {
    const trace = await show('close-missing');
    expect(traceSchema.parse(trace)).toEqual(trace);
    expect(trace).toMatchObject({ losses: [], notSeen: [], precision: { states: 'tracepoint' } });
    expect(trace.connections).toHaveLength(3);
    expect(new Set(trace.connections.map(({ kind }) => kind))).toEqual(new Set([1]));
    for (const connection of trace.connections) {
      const fin = indexOf(connection, 'FIN', isFinOf('client'));
      const endOfFile = indexOf(connection, 'read of 0', (event) => {
        return event.kind === 'call' && event.end === 'server' && event.call === 'read' && event.result === 0;
      });
      const missing = indexOf(connection, 'missing close', (event) => {
        return event.kind === 'missing' && event.end === 'server' && event.what === 'close';
      });
      const { events } = connection;
      const read = events[endOfFile];
      expect(read?.kind === 'call' ? read.returnedAt : null).toBeGreaterThan(events[fin]?.at ?? 0);
      expect(missing).toBeGreaterThan(Math.max(fin, endOfFile));
      expect(events.some(isFinOf('server'))).toBe(false);
      expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
      expect(statesOf(connection, 'client')).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']);
      expect(statesOf(connection, 'server')).toEqual(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT']);
      expect(connection.server).toMatchObject({ state: 'CLOSE-WAIT', rxQueueBytes: 0 });
      expect(connection.client.state).toBe('FIN-WAIT-2');
    }
  });

  it('shows the whole way to the end of a server that closes', async () => {
    const trace = await show('flawed-server', '--fixed', '--port', '0');
    expect(trace.scenario.cause).toBeNull();
    const [connection, ...others] = trace.connections;
    if (connection === undefined) throw new Error('no connection');
    expect(others).toEqual([]);
    const way: readonly TcpState[] = ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'];
    expect(statesOf(connection, 'server')).toEqual(way);
    expect(statesOf(connection, 'client').at(-1)).toBe('TIME-WAIT');
    expect(connection.events.filter(({ kind }) => kind === 'missing')).toEqual([]);
    const close = indexOf(connection, 'close', (event) => {
      return event.kind === 'call' && event.end === 'server' && event.call === 'close';
    });
    expect(indexOf(connection, 'FIN', isFinOf('server'))).toBeGreaterThan(close);
  });

  it('tells two connections of a relay apart, and in which of them its thread waits', async () => {
    const { connections } = await show('half-closed-relay');
    expect(connections.map(({ server }) => server.port)).toEqual([8000, 9000]);
    const [toRelay, toUpstream] = connections;
    expect(toRelay?.server.pid).toBe(toUpstream?.client.pid);
    expect(toRelay?.server.atEnd).toMatchObject([{ does: 'in-call', call: 'read', about: 'connection 2' }]);
    expect(toUpstream?.client.atEnd).toMatchObject([{ call: 'read', about: null, fd: toUpstream?.client.fd }]);
  });

  it('draws text and a page, and names the cause and the command to diagnose it', async () => {
    const env = { NO_COLOR: '1' };
    const { stdout, stderr, exitCode } = await run([...CLOSEWAIT, 'lab', 'never-accepted', '--show'], { env });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toContain('Connection 1 of 3, 2 more alike');
    expect(stdout).toMatch(/├─+ FIN ─+▶/);
    expect(stdout).toMatch(/accept owed/);
    expect(stdout).toMatch(/◁╌+ FIN owed for \d+ ms ╌+┨/);
    expect(stdout).toContain('closewait explain cause:never-accepted');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const folder = mkdtempSync(join(tmpdir(), 'cwt-'));
    try {
      await outputOf([...CLOSEWAIT, 'lab', 'idle-pool', '--show', '--html', join(folder, 'page.html')]);
      const page = readFileSync(join(folder, 'page.html'), 'utf8');
      expect(page).toContain('<svg class="sequence"');
      expect(page).toContain('<td>is in CLOSE-WAIT</td>');
      expect(page).not.toMatch(/<script|<link|src=/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says in one line which options make no sense together', async () => {
    for (const [args, says] of [
      [['close-missing', '--json'], '--json shows a run: it needs --show'],
      [['close-missing', '--html', 'x.html'], '--html shows a run: it needs --show'],
      [['close-missing', '--show', '--json', '--html', 'x.html'], '--html and --json: one of them'],
      [['close-missing', '--show', '--html', '/nowhere/x.html'], 'cannot write /nowhere/x.html: ENOENT'],
      [['close-missing', '--show', '--fixed'], 'close-missing does not take --fixed'],
    ] as const) {
      const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'lab', ...args]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^closewait: [^\n]+\n$/);
      expect(stderr).toContain(says);
    }
  });

  it('draws segments and states without root, and says what it could not see', async () => {
    using unprivileged = unprivilegedCloseWait();
    const command = unprivileged.command(['lab', 'close-missing', '--show', '--json']);
    const trace = JSON.parse(await outputOf(command)) as TraceDocument;
    expect(trace.precision.states).toBe('sock_diag');
    expect(trace.notSeen.map(({ what }) => what)).toContain('system calls');
    for (const connection of trace.connections) {
      expect(connection.events.some(isFinOf('client'))).toBe(true);
      expect(statesOf(connection, 'server').at(-1)).toBe('CLOSE-WAIT');
      expect(connection.server.atEnd).toMatchObject([{ does: 'in-call', call: 'accept' }]);
    }
  });
});

/** Instances of tracefs of one process. */
function instancesOf(pid: number): readonly string[] {
  const mount = DetachedMount.open('tracefs');
  if (!mount.ok) throw new Error(mount.errno);
  using tracefs = mount.value;
  return readdirSync(`${tracefs.path}/instances`).filter((name) => name.startsWith(`closewait-${pid}-`));
}

/** Programs of the laboratory that were started by `parent`. */
function programsOf(parent: number): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--parent\0${parent}\0`);
    } catch (error) {
      if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return false;
      throw error;
    }
  });
}

describe('closewait lab NAME --show, interrupted', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no program behind, and nothing in tracefs: %s', async (signal) => {
    const [file = '', ...args] = [...CLOSEWAIT, 'lab', 'close-missing', '--show'];
    const shown = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => shown.once('close', resolve));
    const { pid = 0 } = shown;
    shown.stdout.resume();
    await waitUntil('programs run and are traced', () => programsOf(pid).length > 0 && instancesOf(pid).length === 2);
    shown.kill(signal);
    await ended;
    await waitUntil('all programs are gone', () => programsOf(pid).length === 0);
    if (signal === 'SIGKILL') {
      // Nobody was left to remove them; the next run does.
      expect(instancesOf(pid)).toHaveLength(2);
      await show('flawed-server', '--port', '0');
    }
    expect(instancesOf(pid)).toEqual([]);
  });
});

/** All of them take minutes: `CLOSEWAIT_ALL_SCENARIOS=1 npx vitest run --project kernel lab-show`. */
const SHOWN =
  process.env['CLOSEWAIT_ALL_SCENARIOS'] === '1'
    ? CAUSE_SCENARIOS.map(({ name }) => name)
    : ['writer-blocked', 'worker-stuck-pool', 'closed-but-held', 'inherited-descriptor'];

describe('every scenario', () => {
  it.each(SHOWN)('has a trace with a FIN and with CLOSE-WAIT: %s', async (name) => {
    const trace = await show(name);
    expect(traceSchema.parse(trace)).toEqual(trace);
    const events = trace.connections.flatMap((connection) => connection.events);
    const fins = events.filter((event) => event.kind === 'segment' && event.flags.includes('FIN'));
    const closeWaits = events.filter((event) => event.kind === 'state' && event.to === 'CLOSE-WAIT');
    expect(fins.length).toBeGreaterThan(0);
    expect(closeWaits.length).toBeGreaterThan(0);
    // What is stuck, and only that, owes something.
    const owing = trace.connections.filter((connection) => connection.events.some(({ kind }) => kind === 'missing'));
    const stuck = trace.connections.filter(({ client, server }) => [client.state, server.state].includes('CLOSE-WAIT'));
    if (name !== 'closed-but-held') expect(owing).toEqual(stuck);
    expect(owing.length).toBeGreaterThan(0);
  });
});

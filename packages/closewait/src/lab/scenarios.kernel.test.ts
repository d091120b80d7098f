import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { fromLinuxState, type TcpState } from '@closewait/core/tcp';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../test/support/leaks.ts';
import { inNetworkNamespace, socketProtocolName } from '../ffi/index.ts';
import {
  CAUSE_SCENARIOS,
  type CauseScenario,
  type LabConnection,
  runScenario,
  type ScenarioRun,
  type Scene,
} from './index.ts';
import { UPSTREAM_PORT } from './programs/contract.ts';
import { waitUntil } from './wait-until.ts';

expectNothingLeaked();

/** Rows of proc_pid_net(5): local and remote address, state, queues, all in hexadecimal. */
interface Row extends LabConnection {
  readonly rxQueueBytes: number;
}

/** Read without the kernel room. */
function readRows(networkPath: string): Row[] {
  const text = inNetworkNamespace(networkPath, () => ({
    ok: true,
    value: readFileSync('/proc/thread-self/net/tcp', 'utf8'),
  }));
  if (!text.ok) throw new Error(`${text.op}: ${text.errno}`);
  return text.value
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, number, queues = ''] = line.trim().split(/\s+/);
      const rxQueueBytes = Number.parseInt(queues.split(':')[1] ?? '', 16);
      const state = fromLinuxState(Number.parseInt(number ?? '', 16));
      if (state === null || state === 'LISTEN' || state === 'TIME-WAIT') return [];
      return [{ state, localPort: portOf(local), remotePort: portOf(remote), rxQueueBytes }];
    });
}

function portOf(end = ''): number {
  return Number.parseInt(end.split(':')[1] ?? '', 16);
}

const deadline = { withinMs: 10_000, signal: new AbortController().signal };

/** Every process of a network namespace. */
function inhabitantsOf(inode: number): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && networkOf(name) === `net:[${inode}]`);
}

function networkOf(pid: number | string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    // Processes come and go while /proc is read.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code)))
      return '';
    throw error;
  }
}

function countTcpSockets(pid: number): number {
  const names = readdirSync(`/proc/${pid}/fd`).map((fd) => socketProtocolName(`/proc/${pid}/fd/${fd}`));
  return names.filter((name) => name.ok && name.value === 'TCP').length;
}

function scenarioNamed(name: string): CauseScenario {
  const scenario = CAUSE_SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}

/** A scene while it lasts, with readers of all connections of its namespace, and of those that it is about. */
interface Playing extends Scene {
  readonly networkInode: number;
  readonly readAllRows: () => Row[];
  readonly readOwnRows: () => Row[];
}

async function play(
  name: string,
  onScene: (playing: Playing) => void | Promise<void>,
  options: Partial<ScenarioRun> = {},
): Promise<void> {
  let networkPath = '';
  await runScenario(scenarioNamed(name), {
    readConnections: (path) => {
      networkPath = path;
      return readRows(path);
    },
    onLine: () => undefined,
    onScene: (scene) =>
      onScene({
        ...scene,
        networkInode: statSync(networkPath).ino,
        readAllRows: () => readRows(networkPath),
        readOwnRows: () =>
          readRows(networkPath).filter(
            (row) => (scene.end === 'local' ? row.localPort : row.remotePort) === scene.port,
          ),
      }),
    ...options,
  });
}

/** `GET /orders HTTP/1.0` and its empty line: 24 bytes; an unread FIN counts as one more. */
const UNREAD = 25;

/** What is unread on each connection, in ascending order: what tells one cause from another. Null: it depends. */
const UNREAD_BYTES: Readonly<Record<string, readonly number[] | null>> = {
  'never-accepted': [UNREAD, UNREAD, UNREAD],
  'never-accepted-silent': [1, 1, 1],
  'worker-stuck-sleep': [1],
  'worker-stuck-read': [1],
  'worker-stuck-lock': [1, 1, 1],
  'worker-stuck-pool': [1, 1, UNREAD, UNREAD, UNREAD],
  'event-loop-stalled': [1, UNREAD, UNREAD],
  'writer-blocked': [1],
  'writer-blocked-loop': [0, 0, 0],
  'process-stopped': [1, 1, 1],
  'descriptor-leaked': [UNREAD, UNREAD, UNREAD],
  'descriptor-leaked-after-answer': [1, 1, 1],
  'close-missing': [0, 0, 0],
  'close-missing-merged': [0, 0, 0],
  'close-missing-half-open': [0, 0, 0],
  'closed-but-held': [],
  'reader-paused': [UNREAD, UNREAD, UNREAD],
  'eof-spin': [0],
  'eof-spin-loop': [0, 0, 0],
  'interest-lost-one-shot': [1, 1, 1],
  // Data and FIN are one edge or two, so one or two reads of 8 bytes are made.
  'interest-lost-edge': null,
  'interest-lost-write-only': [UNREAD, UNREAD, UNREAD],
  'interest-lost-write-only-edge': [UNREAD, UNREAD, UNREAD],
  'interest-lost-nothing': [UNREAD, UNREAD, UNREAD],
  'idle-pool': [1, 1, 1],
  'half-closed-relay': [0],
  'half-closed-relay-loop': [0],
  'inherited-descriptor': [1, 1],
  'half-close-in-use': [0],
  'inherited-descriptor-fork': [1, 1],
  'inherited-descriptor-fork-listener': [1, 1],
  'inherited-descriptor-orphan': [1, 1],
  'inherited-descriptor-server-gone': [1],
  'worker-stuck-child': [1, 1, 1],
  'worker-stuck-inetd': [1, 1],
  'descriptor-leaked-prefork': [1, 1, 1, 1],
  'holder-hidden-passed': [UNREAD, UNREAD, UNREAD],
  'close-missing-thread': [0, 0, 0],
  'worker-stuck-connect': [1, 1, 1],
  'worker-stuck-resolver': [1, 1, 1],
  'worker-stuck-compute': [1],
  'worker-stuck-event': [1, 1, 1],
  'worker-stuck-single': [1, UNREAD, UNREAD],
  'writer-blocked-thread': [1, 1, 1],
  'writer-blocked-poll': [1, 1, 1],
  'event-loop-stalled-asyncio': [1, UNREAD, UNREAD],
  'event-loop-stalled-compute': [1, UNREAD, UNREAD],
  'reader-paused-asyncio': [1, 1, 1],
  // A stream takes 64 KiB, or twice that where the first read got less.
  'reader-paused-pipe': null,
  'close-missing-upgrade': [0, 0, 0],
  'half-close-in-use-ticks': [0, 0],
  'half-close-in-use-slow': [0],
  'idle-pool-http': [1, 1, 1],
  // close_notify of AES-GCM: head 5, explicit nonce 8, alert 2, tag 16; RFC 5288 3. The FIN is one more.
  'idle-pool-tls-1-2': [32, 32, 32],
  // Head 5, alert 2, type 1, tag 16; RFC 8446 5.2.
  'idle-pool-tls-1-3': [25, 25, 25],
  // Heads are read through buffers.
  'descriptor-leaked-heads': null,
  'descriptor-leaked-unregister': [1, 1, 1],
  'eof-spin-select': [0, 0],
  'eof-spin-poll': [0, 0],
  'half-closed-relay-pair': [0],
  'descriptor-limit': [UNREAD, UNREAD, UNREAD],
  'descriptor-limit-unwatched': [UNREAD, UNREAD, UNREAD],
  'descriptor-limit-doze': [UNREAD, UNREAD, UNREAD],
  'descriptor-leaked-to-limit': [1, 1, 1, 1, UNREAD, UNREAD],
  'process-stopped-traced': [1, 1, 1],
  'process-stopped-frozen': [1, 1, 1],
  'holder-hidden-in-flight': [UNREAD, UNREAD, UNREAD],
  'holder-hidden-io-uring': [UNREAD, UNREAD, UNREAD],
};

describe('the scenarios', () => {
  it('have names of their own, and each its expectation here', () => {
    expect(CAUSE_SCENARIOS.map(({ name }) => name).toSorted()).toEqual(Object.keys(UNREAD_BYTES).toSorted());
  });

  it.each(CAUSE_SCENARIOS.map(({ name, cause }) => [name, cause]))('%s builds %s, and leaves nothing', async (name) => {
    const expected = UNREAD_BYTES[name];
    let inode = 0;
    await play(name, async ({ readOwnRows, networkInode, closeWait, pids }) => {
      inode = networkInode;
      const readUnread = (): number[] =>
        readOwnRows()
          .map((row) => row.rxQueueBytes)
          .toSorted((a, b) => a - b);
      // The state comes with the FIN, which some programs go on to read.
      if (expected) await waitUntil(() => isDeepStrictEqual(readUnread(), expected), deadline);
      if (expected) expect(readUnread()).toEqual(expected);
      expect(readOwnRows().map((row) => row.state)).toEqual(Array.from({ length: closeWait }, () => 'CLOSE-WAIT'));
      expect(inhabitantsOf(networkInode)).toEqual(expect.arrayContaining(pids.map(String)));
    });
    expect(inhabitantsOf(inode)).toEqual([]);
  });

  it('closed-but-held: the descriptors stay when the kernel has forgotten their connections', async () => {
    const counts: number[] = [];
    await play('closed-but-held', ({ pids }) => void counts.push(...pids.map(countTcpSockets)));
    // Three connections and the listener.
    expect(counts).toEqual([4]);
  });

  it('inherited-descriptor: the holder is another program than the one that accepted', async () => {
    const programs: string[] = [];
    await play('inherited-descriptor', ({ pids }) => {
      for (const pid of pids) programs.push(readFileSync(`/proc/${pid}/comm`, 'utf8'));
    });
    expect(programs).toEqual(['cat\n', 'cat\n']);
  });

  it('half-closed-relay: the other leg of the relay is in FIN-WAIT-2', async () => {
    const legs: TcpState[] = [];
    await play('half-closed-relay', ({ readAllRows }) => {
      for (const { remotePort, state } of readAllRows()) if (remotePort === UPSTREAM_PORT) legs.push(state);
    });
    expect(legs).toEqual(['FIN-WAIT-2']);
  });
});

describe('a run of a scenario', () => {
  it('leaves no process behind when the callback throws, and passes the error on', async () => {
    const error = new Error('the report went wrong');
    let inode = 0;
    const run = play('inherited-descriptor', ({ networkInode }) => {
      inode = networkInode;
      throw error;
    });
    await expect(run).rejects.toBe(error);
    expect(inhabitantsOf(inode)).toEqual([]);
  });

  it('ends with the reason of an abort', async () => {
    const abort = new AbortController();
    const reason = new Error('the user has had enough');
    const run = play('process-stopped', () => undefined, {
      signal: abort.signal,
      onLine: ({ from }) => {
        if (from === 'peers') abort.abort(reason);
      },
    });
    await expect(run).rejects.toBe(reason);
  });

  it('says what it waited for when what was promised does not come', async () => {
    const run = play('never-accepted', () => undefined, { withinMs: 3000, readConnections: () => [] });
    await expect(run).rejects.toThrow(
      /^waited 3000 ms in vain for 3 connections with local port 8000 in CLOSE-WAIT, none in another state$/,
    );
  });

  it('says in one line that Python is missing, and how to get it', async () => {
    const run = play('worker-stuck-pool', () => undefined, { python: '/nonexistent/python3' });
    await expect(run).rejects.toMatchObject({
      code: 'usage',
      message: 'this scenario runs on Python 3, and /nonexistent/python3 cannot be started',
      hint: 'apt install python3',
    });
  });

  it('ends nobody who only comes by with a thread, as whoever looks at every namespace does', async () => {
    const script = (pid: number): string => `
        import { inNetworkNamespace } from ${JSON.stringify(new URL('../ffi/index.ts', import.meta.url).href)};
        import { readSync, writeSync } from 'node:fs';
        const came = inNetworkNamespace('/proc/${pid}/ns/net', () => {
          writeSync(1, 'inside\\n');
          readSync(0, Buffer.alloc(1));
          return { ok: true, value: null };
        });
        process.exitCode = came.ok ? 0 : 1;`;
    await using visitors = new AsyncDisposableStack();
    const ended = Promise.withResolvers<unknown[]>();
    await play('never-accepted', async ({ pids: [pid = 0] }) => {
      const visitor = spawn(process.execPath, ['--input-type=module', '--eval', script(pid)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      once(visitor, 'close').then(ended.resolve, ended.reject);
      visitors.defer(async () => {
        visitor.stdin.end();
        await ended.promise;
      });
      await once(createInterface({ input: visitor.stdout }), 'line');
    });
    await visitors.disposeAsync();
    expect(await ended.promise).toEqual([0, null]);
  });

  it.each([
    'inherited-descriptor',
    'process-stopped',
    'worker-stuck-pool',
    'inherited-descriptor-orphan',
    'process-stopped-frozen',
  ])('%s leaves no process behind when its runner dies of SIGKILL', async (name) => {
    const script = `
        import { readlinkSync } from 'node:fs';
        import { CAUSE_SCENARIOS, runScenario } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
        const scenario = CAUSE_SCENARIOS.find(({ name }) => name === '${name}');
        await runScenario({ ...scenario, start: async (stage) => ({ ...await scenario.start(stage), closeWait: 0 }) }, {
          readConnections: () => [], onLine: () => undefined,
          onScene: ({ pids: [pid] }) => new Promise(() => {
            console.log(readlinkSync('/proc/' + pid + '/ns/net'));
            setInterval(() => undefined, 1000);
          }),
        });`;
    const runner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(runner, 'close');
    const [network] = (await once(createInterface({ input: runner.stdout }), 'line')) as [string];
    const inode = Number(/\d+/.exec(network)?.[0]);
    expect(inhabitantsOf(inode)).not.toEqual([]);
    runner.kill('SIGKILL');
    await closed;
    expect(await waitUntil(() => inhabitantsOf(inode).length === 0, deadline)).toBe(true);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { ClosewaitError } from '@closewait/core/facts';
import { fromLinuxState, type TcpState } from '@closewait/core/tcp';
import { describe, expect, it } from 'vitest';
import { type FlawedServerRun, type LabLine, runFlawedServer, type StuckScene } from './index.ts';
import { waitUntil } from './wait-until.ts';

/** Read without the kernel room: columns 2 and 4 of proc_pid_net(5), port and state in hexadecimal. */
function readStates(port: number): TcpState[] {
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, local = '', , number = ''] = row.trim().split(/\s+/);
    const state = fromLinuxState(Number.parseInt(number, 16));
    return Number.parseInt(local.split(':')[1] ?? '', 16) === port && state !== null && state !== 'LISTEN'
      ? [state]
      : [];
  });
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    // Other processes of this machine come and go while /proc is read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

/** Programs of the laboratory that were started by `parent` and still run. */
function programsOf(parent: number): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLineOf(pid).includes(`\0--parent\0${parent}\0`));
}

const deadline = { withinMs: 10_000, signal: new AbortController().signal };

/** Number of the system call that the main thread is in, from /proc/PID/syscall; `running` in none. */
function systemCallOf(pid: number): string {
  return readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ')[0] ?? '';
}

// asm/unistd_64.h for x64, asm-generic/unistd.h for arm64.
const SYSTEM_CALLS: Readonly<Record<string, { readonly read: string; readonly write: string }>> = {
  x64: { read: '0', write: '1' },
  arm64: { read: '63', write: '64' },
};

type Options = Partial<Pick<FlawedServerRun, 'busy' | 'fixed' | 'onStuck' | 'signal' | 'port' | 'lines' | 'withinMs'>>;

async function runOnFreePort(options: Options = {}): Promise<{ lines: LabLine[]; outcome: string; port: number }> {
  const lines: LabLine[] = [];
  const result = await runFlawedServer({
    port: 0,
    readStates,
    onLine: (line) => lines.push(line),
    onStuck: () => undefined,
    ...options,
  });
  return { ...result, lines };
}

function linesFrom(from: LabLine['from'], lines: readonly LabLine[]): string[] {
  return lines.filter((line) => line.from === from).map((line) => line.text.replaceAll(/:\d+/g, ':PORT'));
}

describe('the flawed server', () => {
  it('leaves its connection in CLOSE-WAIT after the client has closed', async () => {
    const scenes: StuckScene[] = [];
    const seen: TcpState[] = [];
    const { outcome, port, lines } = await runOnFreePort({
      onStuck: (scene) => {
        scenes.push(scene);
        seen.push(...readStates(scene.port));
        expect(programsOf(process.pid)).toContain(String(scene.serverPid));
      },
    });
    expect(outcome).toBe('stuck');
    expect(scenes.map((scene) => scene.port)).toEqual([port]);
    expect(seen).toEqual(['CLOSE-WAIT']);
    expect(linesFrom('server', lines)).toEqual([
      'accepts connections on 127.0.0.1:PORT',
      'request from 127.0.0.1:PORT',
      'request from 127.0.0.1:PORT',
      'the other side has closed: 127.0.0.1:PORT',
    ]);
    expect(linesFrom('client', lines)).toEqual([
      'sends hello',
      'answer HELLO',
      'sends is anybody there?',
      'answer IS ANYBODY THERE?',
      'has closed',
    ]);
  });

  it.each(['read', 'write'] as const)('is in %s(2) while the connection is in CLOSE-WAIT', async (busy) => {
    const number = SYSTEM_CALLS[process.arch]?.[busy];
    const { outcome, lines } = await runOnFreePort({
      busy,
      onStuck: async ({ port, serverPid }) => {
        expect(await waitUntil(() => systemCallOf(serverPid) === number, deadline)).toBe(true);
        expect(readStates(port)).toEqual(['CLOSE-WAIT']);
      },
    });
    expect(outcome).toBe('stuck');
    expect(linesFrom('client', lines)).not.toContain('answer HELLO');
  });

  it('leaves nothing on its side when it is fixed', async () => {
    const scenes: StuckScene[] = [];
    const { outcome, port, lines } = await runOnFreePort({ fixed: true, onStuck: (scene) => void scenes.push(scene) });
    expect(outcome).toBe('closed');
    expect(scenes).toEqual([]);
    expect(readStates(port)).toEqual([]);
    expect(linesFrom('server', lines).at(-1)).toBe('has closed as well: 127.0.0.1:PORT');
  });

  it('answers a line that is longer than its buffer whole', async () => {
    const { lines } = await runOnFreePort({ lines: ['x'.repeat(200)] });
    expect(linesFrom('client', lines)).toContain(`answer ${'X'.repeat(200)}`);
  });
});

describe('a run of the laboratory', () => {
  it.each([
    {},
    { busy: 'read' },
    { busy: 'write' },
    { fixed: true },
  ] as const)('leaves no process and no connection on the port behind with %o', async (options) => {
    const { port } = await runOnFreePort(options);
    expect(programsOf(process.pid)).toEqual([]);
    expect(await waitUntil(() => readStates(port).length === 0, deadline)).toBe(true);
  });

  it('leaves no process behind when the callback throws, and passes the error on', async () => {
    const error = new Error('the report went wrong');
    const run = runOnFreePort({ onStuck: () => Promise.reject(error) });
    await expect(run).rejects.toBe(error);
    expect(programsOf(process.pid)).toEqual([]);
  });

  it('leaves no process behind when it is aborted, and ends with the reason', async () => {
    const abort = new AbortController();
    const reason = new Error('the user has had enough');
    const run = runFlawedServer({
      port: 0,
      busy: 'read',
      signal: abort.signal,
      // Aborted while both programs run: the state never comes.
      readStates: () => [],
      onLine: ({ from }) => {
        if (from === 'client') abort.abort(reason);
      },
      onStuck: () => undefined,
    });
    await expect(run).rejects.toBe(reason);
    expect(programsOf(process.pid)).toEqual([]);
  });

  it('says what it waited for when the state does not come in time', async () => {
    const run = runFlawedServer({
      port: 0,
      withinMs: 3000,
      readStates: () => ['ESTABLISHED'],
      onLine: () => undefined,
      onStuck: () => undefined,
    });
    await expect(run).rejects.toThrow(/^waited 3000 ms in vain for CLOSE-WAIT on port \d+$/);
    expect(programsOf(process.pid)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no process behind when its own dies of %s', async (signal) => {
    const script = `
      import { runFlawedServer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      await runFlawedServer({
        port: 0, busy: 'read', readStates: () => ['CLOSE-WAIT'], onLine: () => undefined,
        onStuck: ({ serverPid }) => new Promise(() => { console.log(serverPid); setInterval(() => undefined, 1000); }),
      });`;
    const runner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(runner, 'close');
    await once(createInterface({ input: runner.stdout }), 'line');
    expect(programsOf(runner.pid ?? 0)).not.toEqual([]);
    runner.kill(signal);
    await closed;
    expect(await waitUntil(() => programsOf(runner.pid ?? 0).length === 0, deadline)).toBe(true);
  });

  it('names a port that is in use in one line, with what to do', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error: unknown = await runOnFreePort({ port }).catch((reason: unknown) => reason);
    holder.close();
    expect(error).toBeInstanceOf(ClosewaitError);
    expect(error).toMatchObject({
      code: 'usage',
      message: `port ${port} of 127.0.0.1 is in use`,
      op: 'bind',
      errno: 'EADDRINUSE',
    });
    expect((error as ClosewaitError).hint).toContain('--port');
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses the port %d', async (port) => {
    await expect(runOnFreePort({ port })).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses --fixed with --busy', async () => {
    await expect(runOnFreePort({ fixed: true, busy: 'read' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('leaks no descriptor of its own', async () => {
    const countDescriptors = (): number => readdirSync('/proc/self/fd').length;
    await runOnFreePort();
    const before = countDescriptors();
    await runOnFreePort();
    expect(countDescriptors()).toBe(before);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { WatchClose, WatchDocument, WatchSummary } from '@closewait/core/events';
import { watchSchema } from '@closewait/core/events/schema';
import { describe, expect, it } from 'vitest';
import { TraceWatch } from '../../packages/closewait/src/cli/watch/trace-watch.ts';
import { DetachedMount } from '../../packages/closewait/src/ffi/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { programPath, startProgram } from '../support/program.ts';
import { outputOf, run } from '../support/run.ts';
import { TmuxTerminal } from '../support/tmux.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** `closewait watch` in the background; `documents` are the lines that have come. */
class Watching implements AsyncDisposable {
  readonly #child;
  readonly #closed;
  #text = '';

  constructor(command: readonly string[]) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part;
    });
    this.#closed = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get documents(): readonly WatchDocument[] {
    const lines = this.#text.split('\n').slice(0, -1);
    return lines.map((line) => watchSchema.parse(JSON.parse(line)));
  }

  get closes(): readonly WatchClose[] {
    return this.documents.filter((document) => document.kind === 'close');
  }

  async began(): Promise<void> {
    await waitUntil('the watch has begun', () => this.documents.length > 0);
  }

  /** Its exit code and its summary. */
  async end(signal: NodeJS.Signals): Promise<{ readonly code: number; readonly summary: WatchSummary }> {
    this.#child.kill(signal);
    const [code] = await this.#closed;
    const summary = this.documents.findLast((document) => document.kind === 'summary');
    if (summary === undefined) throw new Error('no summary');
    return { code: Number(code), summary };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

const watchJson = (...args: readonly string[]): Watching => new Watching([...CLOSEWAIT, 'watch', '--json', ...args]);

/** How many passive closes the generator has made. */
async function generate(namespace: NetworkNamespace, rate: number, milliseconds: number): Promise<number> {
  namespace.setSysctl('ipv4/tcp_max_tw_buckets', 0);
  const command = [programPath('passive-closes'), String(rate), String(milliseconds), '2'];
  const said = await outputOf(namespace.inside(command), { env: { FIXTURE_PARENT: String(process.pid) } });
  return Number(/closes=(\d+)/.exec(said)?.[1]);
}

function instancesOf(pid: number): readonly string[] {
  const mount = DetachedMount.open('tracefs');
  if (!mount.ok) throw new Error(mount.errno);
  using tracefs = mount.value;
  return readdirSync(`${tracefs.path}/instances`).filter((name) => name.startsWith(`closewait-${pid}-`));
}

describe('closewait watch --json', () => {
  it('prints every close once, each line valid, and ends cleanly upon SIGINT', async () => {
    using namespace = makeNamespace();
    await using watching = watchJson('--histogram');
    await watching.began();
    const made = await generate(namespace, 500, 1000);
    const own = (): readonly WatchClose[] => watching.closes.filter(({ owner }) => owner.name === 'passive-closes');
    await waitUntil('all have been printed', () => own().length >= made);
    const { summary } = await watching.end('SIGINT');
    expect(own()).toHaveLength(made);
    expect(new Set(own().map(({ local, remote }) => `${local} ${remote}`)).size).toBe(made);
    expect(
      own().every(({ endedBy, stayedMs, stayedAtMostMs }) => endedBy === 'close' && stayedMs === stayedAtMostMs),
    ).toBe(true);
    expect(summary).toMatchObject({ lostEvents: 0, lostLines: 0 });
    expect(summary.distributions.find(({ of }) => of.startsWith('passive-closes'))).toMatchObject({ count: made });
    expect(instancesOf(watching.pid)).toEqual([]);
  });

  it('tells that a connection has become slow while it is, and that it is still open at the end: exit code 1', async () => {
    using namespace = makeNamespace();
    await using watching = watchJson('--slower-than', '200ms');
    await watching.began();
    await using holder = await startProgram('hold', ['--ipv4', 2], namespace);
    const slow = (atEnd: boolean): readonly WatchDocument[] =>
      watching.documents.filter(
        (line) => line.kind === 'still-open' && line.atEnd === atEnd && line.owner.pid === holder.pid,
      );
    await waitUntil('both are slow', () => slow(false).length === 2);
    const { code, summary } = await watching.end('SIGTERM');
    expect(code).toBe(1);
    expect(slow(true)).toHaveLength(2);
    expect(summary.stillOpenSlow).toBeGreaterThanOrEqual(2);
  });

  it('selects by process, port and peer, and ends after --for with 0 where nothing was slow', async () => {
    using namespace = makeNamespace();
    const watching = run([...CLOSEWAIT, 'watch', '--json', '--for', '2s', 'pid:1', ':1']);
    await generate(namespace, 100, 200);
    const { exitCode, stdout } = await watching;
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as WatchDocument).kind),
    ).toEqual(['started', 'summary']);
  });

  it('leaves nothing when it is killed: the next one sweeps', async () => {
    const watching = watchJson();
    await watching.began();
    await watching[Symbol.asyncDispose]();
    await using next = watchJson();
    await next.began();
    expect(instancesOf(watching.pid)).toEqual([]);
  });

  it('ends quietly when nobody reads any more', async () => {
    const ended = await run([
      'bash',
      '-c',
      '"$@" | head -1; echo "${PIPESTATUS[0]}"',
      'bash',
      ...CLOSEWAIT,
      'watch',
      '--json',
      '--slower-than',
      '0',
    ]);
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(/^\{.*"started".*\}\n[01]\n$/);
  });

  it('counts what a reader that does not read has missed, and hears the end', async () => {
    using namespace = makeNamespace();
    const [file = '', ...args] = [...CLOSEWAIT, 'watch', '--json'];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const closed = once(child, 'close');
    // Its first line is there, and is not taken.
    await once(child.stdout, 'readable');
    const made = await generate(namespace, 0, 3000);
    child.kill('SIGINT');
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => void parts.push(part)).resume();
    await closed;
    const documents = Buffer.concat(parts)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchDocument);
    const summary = documents.findLast((document) => document.kind === 'summary');
    const printed = documents.filter((line) => line.kind === 'close').length;
    expect(summary?.lostEvents).toBe(0);
    expect(summary?.closes).toBeGreaterThanOrEqual(made);
    expect(printed + (summary?.lostLines ?? 0)).toBeGreaterThanOrEqual(summary?.closes ?? 0);
  });

  it.each([
    ['cookie:5', 'cookie:5'],
    ['cause:idle-pool', 'cause:idle-pool'],
    ['--for', 'soon'],
  ])('refuses %s %s in one line', async (...args) => {
    const { exitCode, stderr } = await run([...CLOSEWAIT, 'watch', ...args]);
    expect(exitCode).toBe(2);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });
});

describe('losses', () => {
  it('are counted when the reader stalls and its buffer is small', async () => {
    using namespace = makeNamespace();
    const source = new LiveSource();
    const watch = await TraceWatch.open(source, true, 8);
    if (!watch.known) throw new Error(watch.detail);
    using stalled = watch.value;
    const made = await generate(namespace, 0, 300);
    const step = await stalled.finish();
    source.close();
    const seen = step.closes.filter(({ owner }) => owner.by === 'closer' && owner.name === 'passive-closes').length;
    expect(seen).toBeLessThan(made);
    // Of a connection that is not told at least the transition out of CLOSE-WAIT was lost.
    expect(step.lost).toBeGreaterThanOrEqual(made - seen);
  });
});

describe('without the right to trace', () => {
  it('polls, says so, claims nothing exact, and what ended a connection is not known', async () => {
    using namespace = makeNamespace();
    using unprivileged = unprivilegedCloseWait();
    await using watching = new Watching(namespace.inside(unprivileged.command(['watch', '--json'])));
    await watching.began();
    expect(watching.documents[0]).toMatchObject({ method: 'polling', why: expect.stringContaining('tracefs') });
    const holder = await startProgram('hold', ['--ipv4', 2], namespace);
    await waitUntil('they are slow', () => watching.documents.filter(({ kind }) => kind === 'still-open').length === 2);
    await holder[Symbol.asyncDispose]();
    await waitUntil('they have ended', () => watching.closes.length === 2);
    for (const { stayedMs, stayedAtMostMs, endedBy, finAt } of watching.closes) {
      expect({ endedBy, finAt }).toEqual({ endedBy: 'unknown', finAt: null });
      expect(stayedAtMostMs).toBeGreaterThan(stayedMs);
    }
    expect((await watching.end('SIGINT')).code).toBe(1);
  });
});

describe('on a terminal', () => {
  it('shows lines, a line of what is open now, and a summary upon Ctrl-C', async () => {
    using namespace = makeNamespace();
    using terminal = new TmuxTerminal(80, 24);
    await using holder = await startProgram('hold', ['--ipv4', 1], namespace);
    terminal.type([...CLOSEWAIT, 'watch', `pid:${holder.pid}`].join(' '));
    await terminal.shows('Ctrl-C ends');
    expect(terminal.screen().join('\n')).toContain('TIME UTC');
    await terminal.shows(new RegExp(`open +hold ${holder.pid}`));
    terminal.press('C-c');
    await terminal.shows('No event was lost');
    await terminal.shows(/ready\$ *\n*$/);
  });

  it('draws the histogram live, and gives the terminal back upon q', async () => {
    using namespace = makeNamespace();
    using terminal = new TmuxTerminal(80, 24);
    terminal.type([...CLOSEWAIT, 'watch', '--histogram'].join(' '));
    await terminal.shows('q quits');
    expect(terminal.modes()).toEqual({ cursor: false, alternate: true });
    await generate(namespace, 200, 500);
    await terminal.shows(/passive-closes \d+ +\d+ +[\d.]+ (µs|ms)/);
    terminal.press('q');
    await terminal.shows('No event was lost');
    expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { closeSchema } from '@closewait/core/orders/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Program, startProgram } from '../support/program.ts';
import { outputOf, run } from '../support/run.ts';
import { TmuxTerminal } from '../support/tmux.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const TOP = [...CLOSEWAIT, 'top', '--no-all-namespaces', '--interval', '500ms', '--min-age', '0s'].join(' ');
const INCIDENT = [...CLOSEWAIT, 'top', '--from', `${CHECKOUT}/fixtures/scenes/incident/recording.cwr`].join(' ');

let namespace: NetworkNamespace;
const programs: Program[] = [];

beforeAll(async () => {
  namespace = makeNamespace();
  programs.push(
    await startProgram('hold', ['--ipv4', 30, '--bytes', 100, '--name', 'orders'], namespace),
    await startProgram('hold', ['--ipv4', 7, '--name', 'mailer'], namespace),
    await startProgram('unaccepted', [3, 2], namespace),
  );
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  namespace[Symbol.dispose]();
});

async function openTop(
  columns: number,
  rows: number,
  env: readonly string[] = [],
  where = namespace,
): Promise<TmuxTerminal> {
  const terminal = new TmuxTerminal(columns, rows, where.inside(['sh', '-i', '-m']), env);
  // What is typed before there is a prompt is echoed twice.
  await terminal.shows('ready$');
  terminal.type('echo was here before');
  await terminal.shows(/^was here before\nready\$/m);
  terminal.type(TOP);
  return terminal;
}

/** The row of the list that the cursor is on. */
function selected(terminal: TmuxTerminal): string {
  return terminal.screen().find((line) => line.startsWith('▶')) ?? '';
}

/** The names of the processes, in the order of the list. */
function listed(terminal: TmuxTerminal): readonly string[] {
  return terminal.screen().flatMap((line) => /^[▶ ] +\d+ +(orders|mailer|unaccepted)\b/.exec(line)?.[1] ?? []);
}

/** On how many connections the command that is shown would act, as the command itself says. */
async function dryRun(terminal: TmuxTerminal): Promise<number> {
  const [, words = ''] = /command +closewait (close .+)$/m.exec(terminal.screen().join('\n')) ?? [];
  const options = ['--min-age', '0s', '--no-all-namespaces', '--json'];
  const { stdout } = await run(namespace.inside([...CLOSEWAIT, ...words.split(' '), ...options]));
  return closeSchema.parse(JSON.parse(stdout)).totals.planned;
}

/** The process that looks. */
function lookerOf(top: number): number {
  return Number(readFileSync(`/proc/${top}/task/${top}/children`, 'utf8').trim().split(' ')[0]);
}

async function expectGivenBack(terminal: TmuxTerminal): Promise<void> {
  await terminal.shows(/ready\$ *\n*$/);
  expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
  const screen = terminal.screen().join('\n');
  expect(screen).toContain('was here before');
  expect(screen).not.toContain('STUCK');
  // Its echo and its line editing too.
  terminal.type('echo code $((40 + $?))');
  await terminal.shows('echo code $((40 + $?))');
}

describe('closewait top', () => {
  it('lists the processes, the most connections first, with counts, ages, causes and descriptors at 80 columns', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows(/42 stuck of \d+ TCP sockets {3}3 processes/);
    await terminal.shows(/every 500ms {3}look \S+/);
    const [head, , titles = ''] = terminal.screen();
    expect(head).toMatch(/^closewait top +\S+ +\d\d:\d\d:\d\d UTC/);
    expect(titles).toMatch(/PID +NAME +STUCK▾ +TREND +\/MIN +OLDEST +VERDICT +FDS +FULL IN/);
    expect(listed(terminal)).toEqual(['orders', 'mailer', 'unaccepted']);
    expect(selected(terminal)).toMatch(/orders \(hold\) +30 .* descriptor-leaked~ +\d+%/);
    expect(terminal.screen().join('\n')).toMatch(/unaccepted +5 .* never-accepted +\d+%/);
    expect(terminal.screen().join('\n')).toMatch(/orders \(hold\) {2}pid \d+ +\d+ of [\d,]+ descriptors/);
    expect(terminal.screen().at(-2)).toMatch(/^Enter open .* q quit/);
    expect(terminal.modes()).toEqual({ cursor: false, alternate: true });
    terminal.press('q');
    await expectGivenBack(terminal);
    await terminal.shows('code 40');
  });

  it('draws the trend of a process that gets more, look by look', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows(/mailer \(hold\) +7 +▁▁/);
    terminal.press('j');
    await waitUntil('the cursor is on mailer', () => selected(terminal).includes('mailer'));
    {
      await using _ = await startProgram('hold', ['--ipv4', 90, '--name', 'latecomer'], namespace);
      await terminal.shows(/latecomer \S* +90/);
      // Another process has come before it: the cursor stays.
      expect(selected(terminal)).toContain('mailer');
    }
    await waitUntil('it is gone', () => !terminal.screen().join('\n').includes('latecomer'));
    terminal.press('C-c');
    await expectGivenBack(terminal);
  });

  it('sorts, reverses and filters, and says what is wrong with a filter', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    terminal.press('6');
    await terminal.shows('NAME▾');
    await waitUntil('sorted by name', () => listed(terminal).join(' ') === 'mailer orders unaccepted');
    expect(selected(terminal)).toContain('orders');
    terminal.press('r');
    await waitUntil('reversed', () => listed(terminal).join(' ') === 'unaccepted orders mailer');
    terminal.press('/');
    for (const key of 'mail') terminal.press(key);
    await terminal.shows('/mail');
    await waitUntil('filtered', () => listed(terminal).join(' ') === 'mailer');
    terminal.press('Escape');
    await waitUntil('all of them again', () => listed(terminal).length === 3);
    terminal.press('/');
    for (const key of 'cause:never') terminal.press(key);
    await terminal.shows("'never' is not a cause");
    expect(listed(terminal)).toHaveLength(3);
    for (const key of '-accepted') terminal.press(key);
    await waitUntil('filtered by cause', () => listed(terminal).join(' ') === 'unaccepted');
    terminal.press('Enter');
    await terminal.shows('/cause:never-accepted 1 of 3');
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('filters by port and by pid as the command line selects', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    const port = programs[2]?.told('port') ?? 0;
    terminal.press('/');
    for (const key of `:${port}`) terminal.press(key);
    await waitUntil('filtered by port', () => listed(terminal).join(' ') === 'unaccepted');
    terminal.press('C-u');
    for (const key of `pid:${programs[1]?.pid ?? 0}`) terminal.press(key);
    await waitUntil('filtered by pid', () => listed(terminal).join(' ') === 'mailer');
    terminal.press('C-c');
    await expectGivenBack(terminal);
  });

  it('opens a process with its evidence and remedies, then its connections, and goes back', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    terminal.press('Enter');
    await terminal.shows('[Why]');
    await terminal.shows(/why +\S/);
    expect(terminal.screen().join('\n')).toContain('descriptor-leaked, likely');
    terminal.press('End');
    await terminal.shows(/lines \d+ to (\d+) of \1/);
    terminal.press('Tab');
    await terminal.shows('[Connections 30]');
    await terminal.shows(/▶ +\d\S+ +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ +101 +0 +\d+ +descriptor-leaked/);
    terminal.press('End');
    await terminal.shows('30 of 30');
    terminal.press('s');
    await terminal.shows('RECV-Q▾');
    terminal.press('q');
    await terminal.shows('3 processes');
    await terminal.shows('STUCK▾');
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('shows what each way to end connections would end, and ends nothing', async () => {
    using terminal = await openTop(100, 30);
    await terminal.shows('42 stuck');
    terminal.press('c');
    await terminal.shows('dry run: nothing is ended from here');
    await terminal.shows(/command +closewait close pid:\d+ --with auto$/m);
    await terminal.shows(/nothing is done\n +why +only a restart frees this/);
    await terminal.shows('Dry run: would act on nothing.');
    terminal.press('Down');
    await terminal.shows(/frees +the connection\n +not +the descriptor/);
    terminal.press('Down');
    await terminal.shows('destroy: the kernel ends it (SOCK_DESTROY)');
    await terminal.shows('Dry run: would act on these 30 connections and no other');
    expect(await dryRun(terminal)).toBe(30);
    for (const says of ['timeout: keepalive probes', /command .* --with limit$/m, 'the danger of a reused number']) {
      terminal.press('Down');
      await terminal.shows(says);
    }
    terminal.press('Down');
    await terminal.shows('Dry run: ends these 30 connections, and every other connection of the process.');
    terminal.press('Escape');
    await waitUntil('the list is back', () => selected(terminal).includes('orders'));
    terminal.press('Enter');
    await terminal.shows('[Why]');
    terminal.press('Tab');
    await terminal.shows('[Connections 30]');
    await terminal.shows(/^▶ .*127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+/m);
    const first = selected(terminal);
    terminal.press('Down');
    await waitUntil('the next one is selected', () => ![first, ''].includes(selected(terminal)));
    const [, local, remote] = /(127\.0\.0\.1:\d+) +(127\.0\.0\.1:\d+)/.exec(selected(terminal)) ?? [];
    terminal.press('c');
    await terminal.shows(`Close: orders (hold): ${local} with ${remote}`);
    terminal.press('Down');
    await terminal.shows(/command +closewait close cookie:\d+ --with shutdown$/m);
    await terminal.shows('Dry run: would act on this one connection and no other');
    expect(await dryRun(terminal)).toBe(1);
    terminal.press('C-c');
    await expectGivenBack(terminal);
    expect(await outputOf(namespace.inside(['ss', '-Htan', 'state', 'close-wait']))).toSatisfy(
      (rows: string) => rows.trim().split('\n').length === 42,
    );
  });

  it('shows its help, pauses, and changes its interval', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    terminal.press('?');
    await terminal.shows('Columns');
    expect(terminal.screen().join('\n')).toContain('until none is left, if all goes on as it does');
    terminal.press('Escape');
    await terminal.shows('STUCK▾');
    terminal.press('+');
    await terminal.shows('every 1s');
    terminal.press('p');
    await terminal.shows(/paused, seen \S+ ago/);
    terminal.press('p');
    await terminal.shows('every 1s');
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('fits every size that it gets, down to 40 columns and 10 rows', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    terminal.resize(40, 10);
    await terminal.shows(/^▶ orders … +30 .*descriptor-le…~$/m);
    expect(terminal.screen()[0]).toMatch(/^closewait top/);
    expect(terminal.screen()[9]).toMatch(/^Enter open/);
    terminal.resize(200, 60);
    await terminal.shows(/descriptor-leaked, likely +\d+\/[\d,]+ [█░]{6}/);
    expect(terminal.screen()[0]).toMatch(/^closewait top.*look \S+$/);
    expect(terminal.screen()[59]).toMatch(/^Enter open.* interval$/);
    for (const key of ['Enter', 'Tab']) terminal.press(key);
    await terminal.shows('[Connections 30]');
    terminal.resize(40, 10);
    await terminal.shows(/^▶ +\S+ .*127\.0\.0\.1:\d/m);
    terminal.press('c');
    await terminal.shows('Close: orders');
    terminal.resize(80, 24);
    await terminal.shows('auto: the least that works for the cause');
    terminal.press('C-c');
    await expectGivenBack(terminal);
  });

  it.each([
    ['in colour', [], true, '▁'],
    ['without where NO_COLOR says so', ['NO_COLOR=1'], false, '▁'],
    ['in ASCII where the locale is not UTF-8', ['NO_COLOR=1', 'LC_ALL=C'], false, '_'],
  ] as const)('draws %s', async (_, env, coloured, block) => {
    using terminal = await openTop(80, 24, env);
    await terminal.shows(new RegExp(`orders \\(hold\\) +30 +${block}${block}`));
    expect(terminal.painted().includes('\u001b[')).toBe(coloured);
    terminal.press('q');
    await terminal.shows('ready$');
  });

  it.each([
    ['Ctrl-C', (terminal: TmuxTerminal) => terminal.press('C-c')],
    ['SIGTERM', (terminal: TmuxTerminal) => process.kill(terminal.foreground(), 'SIGTERM')],
    ['SIGHUP', (terminal: TmuxTerminal) => process.kill(terminal.foreground(), 'SIGHUP')],
  ])('gives the terminal back upon %s, and leaves no process', async (_, end) => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    const looker = lookerOf(terminal.foreground());
    end(terminal);
    await expectGivenBack(terminal);
    await terminal.shows('code 40');
    await waitUntil('the process that looks is gone', () => !existsSync(`/proc/${looker}`));
  });

  it('leaves no process when it is killed', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    const top = terminal.foreground();
    const looker = lookerOf(top);
    process.kill(top, 'SIGKILL');
    await waitUntil('the process that looks is gone', () => !existsSync(`/proc/${looker}`));
  });

  it('gives the terminal back while it is stopped, and takes it again', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
    terminal.type('fg');
    await terminal.shows('42 stuck');
    expect(terminal.modes()).toEqual({ cursor: false, alternate: true });
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('says that it cannot look, keeps what it saw, and looks again as soon as it can', async () => {
    using terminal = await openTop(80, 24);
    await terminal.shows('42 stuck');
    const looker = lookerOf(terminal.foreground());
    // No descriptor is left for the next look.
    await outputOf(['prlimit', '--pid', `${looker}`, '--nofile=3:']);
    await terminal.shows(/cannot read|EMFILE/);
    expect(terminal.screen().join('\n')).toMatch(/seen \S+ ago: cannot read/);
    expect(listed(terminal)).toEqual(['orders', 'mailer', 'unaccepted']);
    await outputOf(['prlimit', '--pid', `${looker}`, '--nofile=1024:']);
    await waitUntil('it looks again', () => !terminal.screen().join('\n').includes('cannot read'));
    process.kill(looker, 'SIGKILL');
    await waitUntil('another process looks', () => ![looker, 0].includes(lookerOf(terminal.foreground())));
    await terminal.shows(/42 stuck of \d+ TCP sockets {3}3 processes$/m);
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('is calm where nothing is stuck', async () => {
    using empty = makeNamespace();
    using terminal = await openTop(80, 24, [], empty);
    await terminal.shows('Nothing is stuck in CLOSE-WAIT.');
    expect(terminal.screen().join('\n')).toContain('closewait demo');
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('does not let a process write to the terminal', async () => {
    await using _ = await startProgram('hold', ['--ipv4', 3, '--name', '\u001b[2J漢字\u009b1m'], namespace);
    using terminal = await openTop(80, 24);
    await terminal.shows('\\x1b[2J');
    const lines = terminal.screen();
    expect(lines[0]).toMatch(/^closewait top/);
    // Wide characters do not move the columns behind them.
    const rows = lines.filter((line) => /^[▶ ] +\d+ /.test(line));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map(cellsBefore)).size).toBe(1);
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('shows a recording, frozen', async () => {
    using terminal = new TmuxTerminal(80, 24);
    terminal.type('echo was here before');
    terminal.type(INCIDENT);
    await terminal.shows('recording.cwr, 2026-11-23 02:50:21 UTC, frozen');
    await terminal.shows('64 stuck of 131 TCP sockets   5 closed but held   3 processes');
    for (const key of ['Enter', 'Tab']) terminal.press(key);
    await terminal.shows('[Connections 52]');
    await terminal.shows('descriptor-leaked');
    terminal.press('C-c');
    await expectGivenBack(terminal);
  });

  it('is drawn in docs/top.md as it is', async () => {
    const [, documented = ''] =
      /```\n(closewait top {3}[^]*?)\n```/.exec(readFileSync(`${CHECKOUT}/docs/top.md`, 'utf8')) ?? [];
    using terminal = new TmuxTerminal(80, 16);
    terminal.type(INCIDENT);
    await terminal.shows('64 stuck');
    await waitUntil('the screen of docs/top.md', () => terminal.screen().join('\n').trimEnd() === documented).catch(
      () => expect(terminal.screen().join('\n').trimEnd()).toBe(documented),
    );
    terminal.press('q');
    await terminal.shows('ready$');
  });

  it('needs a terminal, and names what does not', async () => {
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'top']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^closewait: top needs a terminal.*closewait --json.*closewait ls.*\n$/);
  });
});

/** Cells in front of the verdict: these two characters take two. */
function cellsBefore(line: string): number {
  const before = line.slice(0, line.search(/never-ac|descriptor-le/));
  return before.length + [...before].filter((one) => '漢字'.includes(one)).length;
}

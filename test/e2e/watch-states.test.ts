import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { outputOf } from '../support/run.ts';
import { TmuxTerminal } from '../support/tmux.ts';

expectNothingLeaked();

const WATCH = [...CLOSEWAIT, 'states', '--watch', '--no-all-namespaces', '--interval', '200ms'].join(' ');

/** The terminal as it was: the shell's own screen, its cursor, its echo. */
async function expectGivenBack(terminal: TmuxTerminal): Promise<void> {
  await terminal.shows(/ready\$ *\n*$/);
  expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
  const screen = terminal.screen().join('\n');
  expect(screen).toContain('was here before');
  expect(screen).not.toContain('SYN-RECEIVED');
  terminal.type('echo code $((40 + $?))');
  await terminal.shows('echo code');
}

describe('closewait states --watch on a terminal', () => {
  it('shows what changes, fits a new size, and gives the terminal back upon q', async () => {
    using namespace = makeNamespace();
    using terminal = new TmuxTerminal(80, 24, namespace.inside(['sh']));
    terminal.type('echo was here before');
    terminal.type(WATCH);
    await terminal.shows('q quits');
    expect(terminal.modes()).toEqual({ cursor: false, alternate: true });
    expect(terminal.screen().join('\n')).toContain('┃ 0            ┃');
    {
      await using _ = await startProgram('hold', ['--ipv4', 7], namespace);
      await terminal.shows(/┃ 7 +\+\d ┃/);
      await terminal.shows(/┃ 7 {12}┃/);
      terminal.resize(120, 30);
      await terminal.shows(/▾ +CLOSE-WAIT$/m);
      terminal.resize(60, 20);
      await terminal.shows(/^> CLOSE-WAIT +7\b/m);
      terminal.resize(80, 24);
      await terminal.shows('┏━ CLOSE-WAIT ━┓');
      // All 24 rows: the last one is not scrolled away, and nothing of the other sizes is left.
      expect(terminal.screen()[0]).toContain('q quits');
      expect(terminal.screen()[22]).toContain('CLOSED');
    }
    await terminal.shows(/┃ 0 +-\d ┃/);
    terminal.press('q');
    await expectGivenBack(terminal);
    await terminal.shows('code 40');
  });

  it.each([
    ['Ctrl-C', (terminal: TmuxTerminal) => terminal.press('C-c')],
    ['SIGTERM', (terminal: TmuxTerminal) => process.kill(terminal.foreground(), 'SIGTERM')],
    ['SIGHUP', (terminal: TmuxTerminal) => process.kill(terminal.foreground(), 'SIGHUP')],
  ])('gives the terminal back upon %s', async (_, end) => {
    using terminal = new TmuxTerminal(80, 24);
    terminal.type('echo was here before');
    terminal.type(WATCH);
    await terminal.shows('q quits');
    end(terminal);
    await expectGivenBack(terminal);
    await terminal.shows('code 40');
  });

  it('gives the terminal back while it is stopped, and takes it again', async () => {
    using terminal = new TmuxTerminal(80, 24, ['sh', '-i', '-m']);
    terminal.type('echo was here before');
    terminal.type(WATCH);
    await terminal.shows('q quits');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
    terminal.type('fg');
    await terminal.shows('q quits');
    expect(terminal.modes()).toEqual({ cursor: false, alternate: true });
    terminal.press('q');
    await expectGivenBack(terminal);
  });

  it('gives the terminal back when it cannot look any more, and says why there', async () => {
    using terminal = new TmuxTerminal(80, 24);
    terminal.type('echo was here before');
    terminal.type(WATCH);
    await terminal.shows('q quits');
    // No descriptor is left for the next look.
    await outputOf(['prlimit', '--pid', `${terminal.foreground()}`, '--nofile=3:']);
    await terminal.shows('closewait: cannot read');
    await expectGivenBack(terminal);
    await terminal.shows('code 43');
  });

  it.each([
    ['in colour', [], true],
    ['without where NO_COLOR says so', ['NO_COLOR=1'], false],
  ])('draws %s', async (_, env, coloured) => {
    using terminal = new TmuxTerminal(80, 24, ['sh'], env);
    terminal.type(WATCH);
    await terminal.shows('PASSIVE CLOSE');
    expect(terminal.painted().includes('\u001b[')).toBe(coloured);
    terminal.press('q');
    await terminal.shows('ready$');
  });
});

import { expect, it } from 'vitest';
import { withScene } from '../../bench/scene.ts';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { TmuxTerminal } from '../support/tmux.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const CONNECTIONS = 95_000;
const PROCESSES = 5;
/** Building the scene takes some 25 s, a look at it about a second; other work may have the machine too. */
const DEADLINE_MS = 300_000;
const LOOK_DEADLINE_MS = 60_000;

it(
  'shows 95,000 connections: keys are answered while it looks, and every connection can be reached',
  async () => {
    await withScene(CONNECTIONS, PROCESSES, async (namespace) => {
      using terminal = new TmuxTerminal(100, 30, namespace.inside(['sh']));
      await terminal.shows('ready$');
      terminal.type([...CLOSEWAIT, 'top', '--no-all-namespaces'].join(' '));
      await waitUntil('the first look', () => terminal.screen().join('\n').includes('95,000 stuck'), LOOK_DEADLINE_MS);
      expect(terminal.screen().filter((line) => / \d+ \S+ +19,000 /.test(line))).toHaveLength(PROCESSES);
      for (const key of ['Enter', 'Tab']) terminal.press(key);
      await terminal.shows('[Connections 19,000]');
      // The first page has come with the look: nobody waits for the next one.
      await terminal.shows(/^▶ +\S+ +127\.\S+ +127\.\S+ +101 +0 +\d+ +descriptor-leaked/m);
      terminal.press('End');
      await terminal.shows('19,000 of 19,000');
      await waitUntil('the last page', () => /^▶ +\S+ +127\.\S+/m.test(terminal.screen().join('\n')), LOOK_DEADLINE_MS);
      terminal.press('Home');
      await terminal.shows('1 of 19,000');
      terminal.press('Escape');
      // The list again: Escape and a key at once would be one key with Alt.
      await terminal.shows(/^ +PID +NAME/m);
      terminal.press('q');
      await terminal.shows(/ready\$ *\n*$/);
      expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
    });
  },
  DEADLINE_MS,
);

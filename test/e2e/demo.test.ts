import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { run } from '../support/run.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** Programs of the laboratory that were started by `parent`, as their command lines tell. */
function programsOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && commandLineOf(pid).includes(`--parent\0${parent}\0`));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

describe('closewait demo', () => {
  it('shows four causes, explains one, ends a connection and says that its descriptor is still open', async () => {
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'demo'], { env: { NO_COLOR: '1', COLUMNS: '80' } });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    for (const cause of ['never-accepted', 'close-missing', 'event-loop-stalled', 'writer-blocked']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${cause}, (certain|likely)`, 'm'));
    }
    expect(stdout).toContain('The oldest of 3 connections');
    expect(stdout).toMatch(/`closewait close\s+cookie:\d+\s+--with\s+shutdown\s+--yes`/);
    expect(stdout).toMatch(
      /ended: shutdown\(both\): the connection is gone; descriptor \d+\s+of process \d+ is open\s+still/,
    );
    expect(stdout).toMatch(/in CLOSE-WAIT +3 before, 2 now/);
    expect(stdout).toMatch(/descriptors open +(\d+) before, \1 now/);
    expect(stdout).toMatch(/closed but held +0 before, 1 now/);
  });

  it('leaves no program behind when it is interrupted', async () => {
    const [file = '', ...args] = [...CLOSEWAIT, 'demo'];
    const demo = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise<void>((resolve) => {
      demo.once('close', () => resolve());
    });
    const { pid = 0 } = demo;
    demo.stdout.resume();
    await waitUntil('the servers of the tour run', () => programsOf(pid).length >= 4);
    demo.kill('SIGINT');
    await ended;
    expect(programsOf(pid)).toEqual([]);
  });
});

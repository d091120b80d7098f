import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { waitUntil } from './wait-until.ts';

/** What this process has open and which processes it started: `descriptor 21 -> socket:[881]`, `child 4242`. */
function possessions(): string[] {
  return [...descriptors(), ...children()];
}

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`descriptor ${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch (error) {
      // The one that readdir itself used.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

function children(): string[] {
  return readdirSync('/proc/self/task').flatMap((tid) =>
    readFileSync(`/proc/self/task/${tid}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid !== '')
      .map((pid) => `child ${pid}`),
  );
}

/** Call it first in a test file: fails when the file's tests leave a descriptor open or a process running. */
export function expectNothingLeaked(): void {
  let before: ReadonlySet<string> = new Set();
  beforeAll(() => {
    before = new Set(possessions());
  });
  afterAll(async () => {
    const leaked = (): string[] => possessions().filter((possession) => !before.has(possession));
    await waitUntil('no descriptor and no child is left', () => leaked().length === 0, 2000).catch((cause: unknown) => {
      throw new Error(`left behind: ${leaked().join(', ')}`, { cause });
    });
  });
}

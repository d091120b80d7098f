import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Counts } from './summary.ts';
import { countVitest } from './vitest-report.ts';

/** Tests of this project need root: they make network namespaces and look into other processes. */
const PRIVILEGED = 'kernel';

function vitest(root: string, args: readonly string[], stdout: 'inherit' | 'pipe'): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root,
    // Programs that a test starts as `node` are to be this one, whatever the machine has.
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', stdout, 'inherit'],
    maxBuffer: 1 << 28,
  });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The privileged tests, found without running them. A list that cannot be had is a failure, not a zero. */
function listPrivileged(root: string, print: (line: string) => void): Counts {
  const listed = vitest(root, ['list', '--project', PRIVILEGED], 'pipe');
  const names = String(listed.stdout).split('\n').filter(Boolean);
  for (const name of names) print(`not run: ${name}`);
  const failed = listed.status === 0 && names.length > 0 ? 0 : 1;
  return { passed: 0, failed, notRun: [{ count: names.length, why: 'needs root' }] };
}

/** Runs vitest: everything as root, all but the privileged tests as a user. */
export function runVitest(root: string, isRoot: boolean, print: (line: string) => void): readonly Counts[] {
  const folder = mkdtempSync(join(tmpdir(), 'closewait-test-'));
  try {
    const report = join(folder, 'report.json');
    const only = isRoot ? [] : ['--project', `!${PRIVILEGED}`];
    const args = ['run', ...only, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const ended = vitest(root, args, 'inherit');
    const counts = countVitest(readIfThere(report), ended.status);
    return isRoot ? [counts] : [counts, listPrivileged(root, print)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

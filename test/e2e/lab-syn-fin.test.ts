import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSynFinRows } from '@closewait/core/experiment';
import { synFinSchema } from '@closewait/core/experiment/schema';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { namespacesOf } from '../support/namespaces-of.ts';
import { outputOf, run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const COMMAND = [...CLOSEWAIT, 'lab', 'syn-fin'];
const LONGEST_RUN_MS = 10_000;

/** What a run could leave in the namespace of whoever starts it: routes, settings, sockets. */
async function surroundings(): Promise<readonly string[]> {
  const settings = ['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_fastopen'];
  return [
    await outputOf(['ip', 'route', 'show', 'table', 'all']),
    await outputOf(['sysctl', ...settings]),
    await outputOf(['ss', '-Htan', 'sport', '=', ':8000']),
  ];
}

describe('closewait lab syn-fin', () => {
  it('prints a table of 80 columns and the verdict for this kernel, in under 10 s, and changes nothing here', async () => {
    const before = await surroundings();
    const started = performance.now();
    const { exitCode, stdout, stderr } = await run(COMMAND, { env: { COLUMNS: '80' } });
    expect(performance.now() - started).toBeLessThan(LONGEST_RUN_MS);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^ {2}SYN\+FIN +0 1 2 FO none +none +dropped by listener$/m);
    const verdict = stdout.replaceAll(/\s+/g, ' ');
    expect(verdict).toContain(`On Linux ${release()} a segment with SYN and FIN does not make CLOSE-WAIT`);
    expect(stdout).not.toMatch(/^ {2}NO /m);
    expect(await surroundings()).toEqual(before);
  });

  it('prints one document with a published schema, also for a user who is nobody', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, stdout, stderr } = await run(unprivileged.command(['lab', 'syn-fin', '--json']));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = synFinSchema.parse(JSON.parse(stdout));
    expect(report.verdict).toMatchObject({ makesCloseWait: 'no', listener: 'dropped' });
    expect([...listSynFinRows(report.trials).keys()]).toContain('syn-received');
  });

  it('writes a page when asked to, and says in one line where it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cwt-'));
    try {
      const page = join(folder, 'syn-fin.html');
      expect(await run([...COMMAND, '--html', page])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readFileSync(page, 'utf8')).toContain('<p class="verdict no">');
      const refused = await run([...COMMAND, '--html', join(folder, 'missing', 'syn-fin.html')]);
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toMatch(/^closewait: cannot write .*syn-fin\.html: ENOENT; name a file .+\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is undecided, says why and ends with 3 where the settings of a namespace cannot be set', async () => {
    const script = 'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec "$@"';
    const { exitCode, stdout, stderr } = await run(['unshare', '--mount', '--', 'sh', '-ec', script, 'sh', ...COMMAND]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    const said = stdout.replaceAll(/\s+/g, ' ');
    expect(said).toContain('is undecided: 4 of 4 controls do not hold, not every trial can be used.');
    expect(said).toContain('trials cannot be used: write /proc/sys/net/ipv4/tcp_syncookies: EROFS.');
  });

  it('ends at once and in one line when it is interrupted, and leaves nothing', async () => {
    const before = await surroundings();
    // In a group of its own, to which a terminal's interrupt would go.
    const [file = '', ...args] = COMMAND;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const exitCode = new Promise<number | null>((resolve) => {
      child.once('close', (code) => resolve(code));
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('not started');
    await waitUntil('the first trials run', () => namespacesOf(pid) > 1);
    process.kill(-pid, 'SIGINT');
    expect(await exitCode).toBe(70);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'closewait: interrupted\n' });
    expect(await surroundings()).toEqual(before);
  });
});

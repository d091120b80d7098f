import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { judgeCells } from '@closewait/core/experiment';
import { remediesSchema } from '@closewait/core/experiment/schema';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { outputOf, run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const COMMAND = [...CLOSEWAIT, 'lab', 'remedies'];

function orGone(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code)))
      return '';
    throw error;
  }
}

/** Processes of the matrix that run for `parent`, and what they have forked. */
function programsOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) => pid > 0 && orGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).includes(`--parent\0${parent}\0`),
    );
}

const networkOf = (pid: number): string => orGone(() => readlinkSync(`/proc/${pid}/ns/net`));

/** Everybody who lives in one of some network namespaces. */
function inhabitantsOf(networks: ReadonlySet<string>): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && networks.has(networkOf(pid)));
}

const readSettings = (): Promise<string> =>
  outputOf(['sysctl', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_keepalive_probes']);

/** Interrupts a run while its programs play: two have a child that does not end with its parent. */
async function interrupt(
  signal: 'SIGINT' | 'SIGKILL',
): Promise<{ readonly code: number | null; readonly said: string }> {
  const [file = '', ...args] = [
    ...COMMAND,
    '--only',
    'inherited-descriptor,process-stopped',
    '--remedy',
    'restart,destroy',
  ];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const { pid = 0 } = child;
  // Two programs for each of four troupes, and the two children.
  await waitUntil('all programs and children run', () => programsOf(pid).length >= 10);
  const networks = new Set(programsOf(pid).map(networkOf));
  expect(networks.size).toBe(4);
  child.kill(signal);
  const code = await ended;
  await waitUntil('nobody lives in the namespaces', () => inhabitantsOf(networks).length === 0);
  expect(programsOf(pid)).toEqual([]);
  return { code, said };
}

describe('closewait lab remedies', () => {
  it('prints one document with a published schema, for a user who is nobody, and changes nothing here', async () => {
    using unprivileged = unprivilegedCloseWait();
    const before = await readSettings();
    const options = ['--only', 'worker-stuck,holder-hidden', '--remedy', 'destroy,keepalive-system', '--json'];
    const { exitCode, stdout, stderr } = await run(unprivileged.command(['lab', 'remedies', ...options]));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { causes, remedies, cells } = remediesSchema.parse(JSON.parse(stdout));
    expect(causes).toEqual(['holder-hidden', 'worker-stuck']);
    expect(remedies.map(({ id }) => id)).toEqual(['none', 'keepalive-system', 'destroy']);
    for (const cause of causes) {
      const verdict = (remedy: string): string =>
        judgeCells(cells.filter((cell) => cell.cause === cause && cell.remedy === remedy));
      expect([verdict('none'), verdict('destroy'), verdict('keepalive-system')]).toEqual([
        'none',
        'connection',
        'mixed',
      ]);
    }
    expect(await readSettings()).toBe(before);
  });

  it('says in one line what cannot be chosen or written, and starts nothing', async () => {
    const wrong = [
      [
        ['--only', 'bad-luck'],
        /^closewait: --only: 'bad-luck' is no cause that can be built; use process-stopped, .+\n$/,
      ],
      [['--remedy', 'hope'], /^closewait: --remedy: 'hope' is no remedy; use none, .+\n$/],
      [['--peer', 'nobody'], /^closewait: --peer: 'nobody' is no kind of peer; use half-closed, closed, .+\n$/],
      [
        ['--html', '/nonexistent/page.html'],
        /^closewait: cannot write \/nonexistent\/page\.html: ENOENT; name a file .+\n$/,
      ],
    ] as const;
    for (const [options, complaint] of wrong) {
      const { exitCode, stdout, stderr } = await run([...COMMAND, ...options]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(complaint);
    }
  });

  it('ends in one line when it is interrupted, and leaves no program and no namespace', async () => {
    expect(await interrupt('SIGINT')).toEqual({ code: 70, said: 'closewait: interrupted\n' });
  });

  it('leaves no program and no namespace when it is killed', async () => {
    expect(await interrupt('SIGKILL')).toEqual({ code: null, said: '' });
  });
});

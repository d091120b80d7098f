import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFailed } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { outputOf } from '../support/run.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** What is run, and when it is in the middle: so many namespaces seen so far, and so many processes of its own at once. */
interface Run {
  readonly args: readonly string[];
  readonly networks: number;
  readonly programs: number;
}

/** Everything of the laboratory that makes namespaces. */
const RUNS: readonly Run[] = [
  // Both ends and the wire; the veth pairs are made by ip(8) before the first sequence.
  { args: ['lab', 'model', '--runs', '100000'], networks: 3, programs: 0 },
  { args: ['lab', 'syn-fin'], networks: 12, programs: 0 },
  { args: ['lab', 'remedies', '--only', 'worker-stuck,half-closed-relay'], networks: 4, programs: 8 },
  { args: ['lab', 'event-loop-stalled'], networks: 1, programs: 2 },
  { args: ['lab', 'worker-stuck-lock', '--show'], networks: 1, programs: 2 },
];

/** Links of all descriptors and of the network namespaces of all threads; what goes meanwhile is not there. */
function linksOf(pid: number): readonly string[] {
  return [`/proc/${pid}/fd`, `/proc/${pid}/task`].flatMap((folder) =>
    orGone(() => readdirSync(folder), []).map((name) =>
      orGone(() => readlinkSync(folder.endsWith('fd') ? `${folder}/${name}` : `${folder}/${name}/ns/net`), ''),
    ),
  );
}

function orGone<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code))) {
      return otherwise;
    }
    throw error;
  }
}

const OWN = readlinkSync('/proc/self/ns/net');
const isForeignNetwork = (link: string): boolean => link.startsWith('net:[') && link !== OWN;
const processes = (): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);

/** A process and everything that descends from it. */
function familyOf(ancestor: number): readonly number[] {
  const family = [ancestor];
  // A list that grows while it is walked.
  for (const pid of family) {
    for (const tid of orGone(() => readdirSync(`/proc/${pid}/task`), [])) {
      const children = orGone(() => readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8'), '');
      family.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return family;
}

/** What a run could leave on the machine beside processes and namespaces. */
async function traces(): Promise<Readonly<Record<string, string>>> {
  return {
    links: await outputOf(['ip', '-brief', 'link']),
    named: readdirSync('/run', { encoding: 'utf8' }).includes('netns') ? readdirSync('/run/netns').join() : '',
    settings: await outputOf([
      'sysctl',
      '-a',
      '--pattern',
      '^net\\.ipv4\\.tcp_(fin|keepalive|syncookies|fastopen$|retries)',
    ]),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    files: readdirSync(tmpdir())
      .filter((name) => name.startsWith('closewait'))
      .join(),
  };
}

describe('a run of the laboratory that is ended in the middle', () => {
  const cases = RUNS.flatMap((run) => (['SIGINT', 'SIGKILL'] as const).map((signal) => ({ ...run, signal })));

  it.each(cases)('closewait $args, $signal: no process, namespace, link, setting, mount or file stays', async ({
    args,
    signal,
    ...middle
  }) => {
    const before = await traces();
    const [file = '', ...words] = [...CLOSEWAIT, ...args];
    const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once('close', (code) => resolve(code));
    });
    onTestFailed(() => {
      child.kill('SIGKILL');
    });
    const { pid = 0 } = child;
    const networks = new Set<string>();
    let family: readonly number[] = [];
    await waitUntil('it is in the middle', () => {
      family = familyOf(pid);
      for (const link of family.flatMap(linksOf)) if (isForeignNetwork(link)) networks.add(link);
      return networks.size >= middle.networks && family.length > middle.programs;
    });
    child.kill(signal);
    const code = await ended;
    expect({ code, said }).toEqual(
      signal === 'SIGINT' ? { code: 70, said: 'closewait: interrupted\n' } : { code: null, said: '' },
    );
    const stay = (): readonly string[] => [
      ...family
        .filter((one) => orGone(() => readlinkSync(`/proc/${one}/exe`), '') !== '')
        .map((one) => `process ${one}`),
      ...processes().flatMap((one) =>
        linksOf(one)
          .filter((link) => networks.has(link))
          .map((link) => `${link} in ${one}`),
      ),
    ];
    await waitUntil('its processes and namespaces are gone', () => stay().length === 0).catch((cause: unknown) => {
      throw new Error(`still there: ${stay().join(', ')}`, { cause });
    });
    expect(await traces()).toEqual(before);
  });
});

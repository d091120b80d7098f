import { mkdirSync, readFileSync, rmdirSync, writeFileSync, writeSync } from 'node:fs';
import { posix } from 'node:path';
import { parseArgs } from 'node:util';
import { say, waitForWord } from './child-program.ts';
import { NOT_ALLOWED } from './contract.ts';

/**
 * Freezes a process in a cgroup of its own, and thaws it upon a word, or when whoever started this program is gone: its
 * input ends then. So it does not end with its parent (see child-program.ts) but soon after it.
 */
const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    pid: { type: 'string', default: '' },
    version: { type: 'string' },
  },
});

/** A kind of freezer: its hierarchy and its files, see cgroups(7) and Documentation/admin-guide/cgroup-v2.rst. */
interface Kind {
  readonly version: string;
  readonly mount: RegExp;
  readonly cgroup: RegExp;
  readonly control: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly isFrozen: (folder: string) => boolean;
}

const KINDS: readonly Kind[] = [
  {
    version: '2',
    mount: / - cgroup2 /,
    cgroup: /^0::(?<path>.*)$/m,
    control: 'cgroup.freeze',
    freeze: '1',
    thaw: '0',
    isFrozen: (folder) => readFileSync(`${folder}/cgroup.events`, 'utf8').includes('frozen 1'),
  },
  {
    version: '1',
    mount: / - cgroup .*\bfreezer\b/,
    cgroup: /^\d+:[^:]*\bfreezer\b[^:]*:(?<path>.*)$/m,
    control: 'freezer.state',
    freeze: 'FROZEN',
    thaw: 'THAWED',
    isFrozen: (folder) => readFileSync(`${folder}/freezer.state`, 'utf8').startsWith('FROZEN'),
  },
];

/** This process's own cgroup in the first hierarchy that there is; mountinfo: proc_pid_mountinfo(5). */
function findFreezer(): readonly [Kind, string] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const cgroups = readFileSync('/proc/self/cgroup', 'utf8');
  for (const kind of KINDS.filter(({ version }) => version === (values.version ?? version))) {
    const [, , , root, folder] = mounts.find((line) => kind.mount.test(line))?.split(' ') ?? [];
    const own = kind.cgroup.exec(cgroups)?.groups?.['path'];
    if (root !== undefined && folder !== undefined && own !== undefined) {
      return [kind, posix.join(folder, posix.relative(root, own))];
    }
  }
  throw new Error('no freezer is mounted');
}

function waitUntil(holds: () => boolean): void {
  const lookAgainMs = 2;
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (!holds()) Atomics.wait(never, 0, 0, lookAgainMs);
}

/** EBUSY as long as a process is in it, also one that is just ending. */
function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EBUSY') return false;
    throw error;
  }
}

/** Ends this program with the exit code for it where the kernel refuses: without root, or where cgroups are mounted read-only. */
function orNotAllowed(what: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code)))) {
      throw error;
    }
    writeSync(2, `cannot ${what}: ${String(error.code)}\n`);
    process.exit(NOT_ALLOWED);
  }
}

const [kind, own] = findFreezer();
const folder = `${own}/closewait-lab-${process.pid}`;
orNotAllowed('make a cgroup', () => mkdirSync(folder));
try {
  writeFileSync(`${folder}/cgroup.procs`, values.pid);
  writeFileSync(`${folder}/${kind.control}`, kind.freeze);
  waitUntil(() => kind.isFrozen(folder));
  say(`holds ${values.pid} in a frozen cgroup of version ${kind.version}`);
  waitForWord();
} finally {
  writeFileSync(`${folder}/${kind.control}`, kind.thaw);
  waitUntil(() => isRemoved(folder));
}

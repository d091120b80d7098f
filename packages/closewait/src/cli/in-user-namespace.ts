import { spawn } from 'node:child_process';
import { ClosewaitError } from '@closewait/core/facts';
import { dieWithParent, PrivateNetwork } from '../ffi/index.ts';

/** Set for the run inside: the process id of the one outside. */
const MARK = 'CLOSEWAIT_IN_USER_NAMESPACE';

/**
 * Makes sure that this command may make network namespaces. Null: it may, go on. Otherwise the whole command was run once
 * more as root of a user namespace of its own (unshare(1)), and the answer is its exit code.
 *
 * A process with threads, as Node's is, cannot enter a user namespace itself: unshare(2), EINVAL. Inside, the own network
 * namespace is a new one too: there would be no way back into one that belongs to another user namespace (setns(2)).
 *
 * @throws ClosewaitError `cannot-look` where neither works, with what is missing.
 */
export async function orInUserNamespace(): Promise<number | null> {
  const outside = process.env[MARK];
  if (outside !== undefined) endWith(Number(outside));
  const made = PrivateNetwork.create();
  if (made.ok) {
    made.value[Symbol.dispose]();
    return null;
  }
  const refused = `${made.op}: ${made.errno}`;
  if (outside !== undefined) {
    throw refuse(`cannot make a network namespace, also as root of a user namespace: ${refused}`);
  }
  const inside = await runInside();
  if (inside.complaint === '') return inside.exitCode;
  throw refuse(`cannot make a network namespace (${refused}), nor a user namespace (${inside.complaint})`);
}

function refuse(message: string): ClosewaitError {
  return new ClosewaitError('cannot-look', message, {
    hint:
      'run as root, or allow user namespaces: sysctl user.max_user_namespaces above 0, and where they exist ' +
      'kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0',
  });
}

/** The parent may end by SIGKILL; then nothing of this run may stay. */
function endWith(parentPid: number): void {
  const bound = dieWithParent();
  if (!bound.ok || process.ppid !== parentPid) process.exit(1);
}

interface Inside {
  readonly exitCode: number;
  /** What unshare(1) said, where the command was not run at all. */
  readonly complaint: string;
}

async function runInside(): Promise<Inside> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const allowed = await whyNoUserNamespace();
  if (allowed !== '') return { exitCode: 1, complaint: allowed };
  const child = spawn('unshare', ['--user', '--map-root-user', '--net', '--', ...command], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: String(process.pid) },
  });
  // A terminal sends SIGINT to both; SIGTERM comes to this one alone.
  const ignore = (): void => undefined;
  const pass = (): void => {
    child.kill('SIGTERM');
  };
  process.on('SIGINT', ignore).on('SIGTERM', pass);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve(code ?? 1));
    });
    return { exitCode, complaint: '' };
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', pass);
  }
}

/** Empty where a user namespace can be made, otherwise why not. Tried apart, so that its answer is not the command's. */
export function whyNoUserNamespace(): Promise<string> {
  return new Promise((resolve) => {
    const tried = spawn('unshare', ['--user', '--map-root-user', '--net', '--', 'true'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    tried.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    tried.once('error', (error) => resolve(error.message));
    tried.once('close', (code) =>
      resolve(code === 0 ? '' : said.trim().replaceAll(/\s+/g, ' ') || `exit code ${code}`),
    );
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { compileFixture } from './compile-fixture.ts';
import type { NetworkNamespace } from './namespace.ts';

/** `hold` makes 19,000 connections in about a second. */
const READY_DEADLINE_MS = 60_000;

/** A program of test/support/programs; its file says what it does and what its handshake tells. */
export type ProgramName =
  | 'all-states'
  | 'churn'
  | 'close-look'
  | 'closed-but-held'
  | 'crowd'
  | 'dead-leader'
  | 'descriptor-uses'
  | 'hold'
  | 'in-flight'
  | 'interrupted-call'
  | 'left-namespace'
  | 'passive-closes'
  | 'passive-endings'
  | 'private-table'
  | 'relay'
  | 'refuse-call'
  | 'refuse-netlink'
  | 'unaccepted';

/** The executable of a fixture program. */
export function programPath(name: ProgramName): string {
  return compileFixture(name);
}

/** A fixture program that has said that it is ready. `await using` ends it. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** A number of the handshake. */
  told(name: string): number;
  /** Kills the program and waits until it and the processes that it forked have let go of everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a fixture program, in `namespace` where one is given, and waits for its handshake. */
export async function startProgram(
  name: ProgramName,
  args: readonly (string | number)[],
  namespace?: Pick<NetworkNamespace, 'inside'>,
): Promise<Program> {
  const command = [programPath(name), ...args.map(String)];
  const [file = '', ...rest] = namespace?.inside(command) ?? command;
  const child = spawn(file, rest, {
    env: { ...process.env, FIXTURE_PARENT: String(process.pid) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // 'close' comes when the last writer of its output has ended: a process that it forked holds the pipe as well.
  const closed = once(child, 'close');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  try {
    const line = await firstLine(child, name);
    if (child.pid === undefined || !line.startsWith('ready ')) throw new Error(`${name} said: ${line}`);
    return { pid: child.pid, told: (what) => numberOf(line, what), [Symbol.asyncDispose]: end };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function numberOf(readyLine: string, what: string): number {
  const pair = readyLine.split(' ').find((word) => word.startsWith(`${what}=`));
  if (pair === undefined) throw new Error(`no ${what} in: ${readyLine}`);
  return Number(pair.slice(what.length + 1));
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const deadline = setTimeout(() => reject(new Error(`${name} was not ready in time`)), READY_DEADLINE_MS);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const end = text.indexOf('\n');
    if (end >= 0) resolve(text.slice(0, end));
  });
  child.once('error', reject);
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    complaint += part;
  });
  child.once('close', (code, signal) => {
    reject(new Error(`${name} ended: ${signal ?? `exit code ${code}`}: ${complaint.trim()}`));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
  }
}

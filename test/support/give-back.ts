import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ActionOutcome, OwnerIdentity } from '../../packages/core/src/facts/index.ts';
import type { SocketDescriptor } from './owner.ts';

const PROGRAM = fileURLToPath(new URL('programs/free-descriptors.ts', import.meta.url));

/** Two hundred starts: with what Node.js has compiled before, each takes a third of the time. */
const ENVIRONMENT = {
  ...process.env,
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/closewait/give-back', import.meta.url)),
};

/** Lets Node.js keep what it compiles, which it does not where it is killed. */
export function prepareGiveBack(): void {
  execFileSync(process.execPath, [PROGRAM], { env: ENVIRONMENT, input: '' });
}

/** A process that gives descriptors back when it is told to. `await using` kills it. */
export class GiveBack implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #end: Promise<unknown>;

  /** `within`: a command that runs another one, for example with less privilege. */
  constructor(within: readonly string[] = []) {
    const [file = '', ...args] = [...within, process.execPath, PROGRAM];
    const child = spawn(file, args, { env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'inherit'] });
    // Killed before it has read: that is what it is for.
    child.stdin.on('error', () => undefined);
    this.#child = child;
    this.#end = once(child, 'close');
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** Resolves when it begins. */
  async begin(owner: OwnerIdentity, descriptors: readonly SocketDescriptor[]): Promise<void> {
    this.#child.stdin?.write(`${JSON.stringify({ owner, descriptors })}\n`);
    const line = await this.#lines.next();
    if (line.value !== 'begins') throw new Error(`it said ${line.value}`);
  }

  /** What came of what was begun; null where it was killed before. */
  async outcomes(): Promise<readonly ActionOutcome[] | null> {
    const line = await this.#lines.next();
    return line.done ? null : (JSON.parse(line.value) as readonly ActionOutcome[]);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const ended = this.#end;
    this.#child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Gives descriptors back in a process of its own. */
export async function giveBack(
  owner: OwnerIdentity,
  descriptors: readonly SocketDescriptor[],
  within: readonly string[] = [],
): Promise<readonly ActionOutcome[]> {
  await using process = new GiveBack(within);
  await process.begin(owner, descriptors);
  return (await process.outcomes()) ?? [];
}

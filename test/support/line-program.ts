import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that answers each line on its standard input with one line. */
export class LineProgram implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;

  constructor([file = '', ...args]: readonly string[]) {
    const env = { ...process.env, FIXTURE_PARENT: `${process.pid}` };
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#closed = once(child, 'close');
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    this.pid = child.pid ?? 0;
  }

  async line(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done) throw new Error('it has ended');
    return line.value;
  }

  async ask(question: string): Promise<string> {
    this.#child.stdin?.write(`${question}\n`);
    return this.line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#closed;
    this.#child.kill('SIGKILL');
    await closed;
  }
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type LabProgram, programUrl } from './program-url.ts';

/** How a program ended. */
interface LabExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A program of the laboratory that runs as a process. `stop()` ends it; when this process dies without doing so, the
 * kernel ends it (PR_SET_PDEATHSIG, see programs/child-program.ts).
 */
export class LabProcess {
  readonly program: LabProgram;
  /** Lines on stdout so far. */
  readonly lines: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;
  #exit: LabExit | null = null;
  #complaint = '';

  constructor(program: LabProgram, args: readonly string[], onLine: (line: string) => void) {
    this.program = program;
    const command = [fileURLToPath(programUrl(program)), '--parent', String(process.pid), ...args];
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(line);
      onLine(line);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text;
    });
    this.#child.on('error', (error) => {
      this.#complaint += error.message;
    });
    this.#ended = new Promise((resolve) => {
      // After its last line was read, or when it could not be started at all.
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve();
      });
    });
  }

  /** 0 where the process could not be started; `exit` and `complaint` then say why. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Null as long as it runs. */
  get exit(): LabExit | null {
    return this.#exit;
  }

  /** What it said on stderr. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** Whether some line begins with `start`. */
  hasSaid(start: string): boolean {
    return this.lines.some((line) => line.startsWith(start));
  }

  /** Ends it and waits until it is gone. SIGKILL: a program in a blocking call has no handler to run. */
  stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }
}

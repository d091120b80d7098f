import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ClosewaitError } from '@closewait/core/facts';
import { isPythonProgram, type LabProgram, programUrl } from './program-url.ts';
import { NOT_ALLOWED } from './programs/contract.ts';

/** How a program ended. */
interface LabExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command that is no program of the laboratory: a fixture of a test in another language. */
export interface LabCommand {
  /** For messages. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** What Debian calls it. Found by its path: a wrapper of that name earlier in PATH would be a process of its own. */
const PYTHON = '/usr/bin/python3';

/**
 * A program of the laboratory that runs as a process. `stop()` ends it; when this process dies without doing so, the
 * kernel ends it (PR_SET_PDEATHSIG, see programs/child-program.ts).
 */
export class LabProcess {
  readonly program: string;
  /** Lines on stdout so far. */
  readonly lines: string[] = [];
  readonly #runtime: string;
  readonly #isPython: boolean;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<void>;
  #exit: LabExit | null = null;
  #complaint = '';

  /** `python`: where Python 3 lies, default /usr/bin/python3. */
  constructor(
    program: LabProgram | LabCommand,
    args: readonly string[],
    onLine: (line: string) => void,
    python: string | undefined = PYTHON,
  ) {
    const command = typeof program === 'string' ? labCommand(program, python) : boundCommand(program);
    this.program = command.name;
    this.#runtime = command.file;
    this.#isPython = typeof program === 'string' && isPythonProgram(program);
    this.#child = spawn(command.file, [...command.args, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(line);
      onLine(line);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text;
    });
    const complain = (error: Error): void => {
      this.#complaint += error.message;
    };
    this.#child.on('error', complain);
    this.#child.stdin.on('error', complain);
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

  /** Whether some line begins with `start`; with `times`, whether so many do. */
  hasSaid(start: string, times = 1): boolean {
    return this.lines.filter((line) => line.startsWith(start)).length >= times;
  }

  /** Lets a program go on that waits for a word: see programs/child-program.ts. Some know several words. */
  tell(word = ''): void {
    this.#child.stdin.write(`${word}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Whether it is stopped by a signal: state T in /proc/PID/stat, after the name, which may hold spaces. */
  isStopped(): boolean {
    return /\) T [^)]*$/.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
  }

  /**
   * @throws ClosewaitError where it has ended, and not in order: `usage` where its runtime is missing, `cannot-look` where the
   * kernel did not allow what it does.
   */
  throwIfFailed(op: string): void {
    if (this.#exit === null || this.#exit.code === 0) return;
    if (this.#child.pid === undefined && this.#isPython) {
      throw new ClosewaitError('usage', `this scenario runs on Python 3, and ${this.#runtime} cannot be started`, {
        op: 'spawn',
        hint: 'apt install python3',
      });
    }
    const { code, signal } = this.#exit;
    if (code === NOT_ALLOWED) {
      throw new ClosewaitError('cannot-look', `this scenario ${this.complaint}`, { op, hint: 'run as root' });
    }
    const said = this.complaint === '' ? '' : `: ${this.complaint}`;
    throw new ClosewaitError('internal', `${this.program} ended with ${signal ?? code}${said}`, { op });
  }

  /** Ends it and waits until it is gone. SIGKILL: a program in a blocking call has no handler to run. */
  stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }
}

function labCommand(program: LabProgram, python: string): LabCommand {
  const args = [fileURLToPath(programUrl(program)), '--parent', String(process.pid)];
  if (!isPythonProgram(program)) return { name: program, file: process.execPath, args };
  // -B: what the programs share is imported, and no cache of it may stay beside them.
  return { name: program, file: python, args: ['-B', ...args] };
}

/** setpriv(1) becomes the command, which then ends with this process as the laboratory's own programs do. */
function boundCommand({ name, file, args }: LabCommand): LabCommand {
  return { name, file: 'setpriv', args: ['--pdeathsig', 'KILL', '--', file, ...args] };
}

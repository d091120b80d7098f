import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from '../terminal.ts';

/** Where lines go, without ever waiting for who reads them. */
export interface LineSink extends Disposable {
  /** False: there was no room for this line, and it was dropped. */
  write(line: string): boolean;
  /** Hands on what has come together. False once nobody reads any more. */
  flush(): boolean;
  /** Characters that wait for a slow reader. */
  readonly waiting: number;
}

/** So many characters wait for a slow reader before lines are dropped. */
const MOST_WAITING = 8 << 20;
const STDOUT = 1;

/**
 * Standard output. A pipe whose reader is slow would stop this process in the middle of a write, the events would not be
 * read, and Ctrl-C would not be heard: it is opened anew without blocking, which leaves everybody else's as it is.
 */
export function openLineSink(terminal: Terminal): LineSink {
  return fstatSync(STDOUT).isFIFO() ? new PipeSink() : new PlainSink(terminal);
}

/** How long the last lines wait for a slow reader. */
const LAST_WAIT_MS = 2000;

/** Waits, but not for ever, until everything has been handed on. */
export async function drain(sink: LineSink): Promise<void> {
  const until = performance.now() + LAST_WAIT_MS;
  while (sink.flush() && sink.waiting > 0 && performance.now() < until) await delay(5);
}

/** A file, a terminal, or a socket, for which Node keeps what its reader has not taken. */
class PlainSink implements LineSink {
  readonly #terminal: Terminal;
  #lines = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  write(line: string): boolean {
    if (this.waiting > MOST_WAITING) return false;
    this.#lines += `${line}\n`;
    return true;
  }

  flush(): boolean {
    const lines = this.#lines;
    this.#lines = '';
    return lines === '' || this.#terminal.out(lines);
  }

  get waiting(): number {
    return this.#lines.length + process.stdout.writableLength;
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}

class PipeSink implements LineSink {
  readonly #fd = openSync(`/proc/self/fd/${STDOUT}`, constants.O_WRONLY | constants.O_NONBLOCK);
  #lines: string[] = [];
  #characters = 0;
  #rest: Buffer = Buffer.alloc(0);
  #isBroken = false;

  write(line: string): boolean {
    if (this.waiting > MOST_WAITING) return false;
    this.#lines.push(line);
    this.#characters += line.length + 1;
    return true;
  }

  flush(): boolean {
    while (!this.#isBroken && this.#fill()) {
      const written = this.#tryWrite();
      if (written === 0) break;
      this.#rest = this.#rest.subarray(written);
    }
    return !this.#isBroken;
  }

  get waiting(): number {
    return this.#isBroken ? 0 : this.#characters + this.#rest.length;
  }

  [Symbol.dispose](): void {
    this.flush();
    closeSync(this.#fd);
  }

  #fill(): boolean {
    if (this.#rest.length === 0 && this.#lines.length > 0) {
      this.#rest = Buffer.from(`${this.#lines.join('\n')}\n`);
      this.#lines = [];
      this.#characters = 0;
    }
    return this.#rest.length > 0;
  }

  #tryWrite(): number {
    try {
      return writeSync(this.#fd, this.#rest);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      if (code !== 'EPIPE') throw cause;
      this.#isBroken = true;
      return 0;
    }
  }
}

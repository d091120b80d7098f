import { fstatSync, writeSync } from 'node:fs';

/**
 * Standard output or standard error, written to at once. The streams of Node.js bring net, tty and stream with them: 3 ms of each
 * start where the output is a pipe, and what a program has handed to them it keeps in memory until the reader has taken it. They are
 * used where the output is a terminal, which they know the size of, and where it cannot take any more now (O_NONBLOCK, which whoever
 * started this program may have set).
 */
export class OutputFile {
  readonly #fd: 1 | 2;
  #stream: NodeJS.WriteStream | null = null;
  #readerLeft = false;
  #isTerminal: boolean | undefined;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** The terminal that it is, or null. */
  get terminal(): NodeJS.WriteStream | null {
    this.#isTerminal ??= mayBeTerminal(this.#fd) && this.#open().isTTY;
    return this.#isTerminal ? this.#open() : null;
  }

  /** Whether all that was written has left this process; a stream may still hold some of it. */
  get isWritten(): boolean {
    return this.#stream === null;
  }

  /** False once nobody reads any more; throws what else the write was answered. What has to wait is copied. */
  write(text: string | Uint8Array): boolean {
    if (this.#stream === null) this.#writeNow(typeof text === 'string' ? Buffer.from(text) : text);
    else if (!this.#readerLeft && !this.#stream.destroyed) this.#stream.write(Buffer.from(text));
    return !this.#readerLeft && this.#stream?.destroyed !== true;
  }

  #writeNow(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (!this.#readerLeft && written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EPIPE') this.#readerLeft = true;
      else if (code === 'EAGAIN') this.#open().write(Buffer.from(bytes.subarray(written)));
      else throw cause;
    }
  }

  #open(): NodeJS.WriteStream {
    if (this.#stream !== null) return this.#stream;
    const stream = this.#fd === 1 ? process.stdout : process.stderr;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#readerLeft = true;
    });
    this.#stream = stream;
    return stream;
  }
}

/** Device numbers with this major are memory: /dev/null, /dev/full (Linux, Documentation/admin-guide/devices.txt). */
const MAJOR_OF_MEMORY = 1;

function mayBeTerminal(fd: number): boolean {
  try {
    const file = fstatSync(fd);
    // stat(2): the major is in bits 8 to 19 as long as it is below 4096.
    return file.isCharacterDevice() && ((file.rdev >> 8) & 0xfff) !== MAJOR_OF_MEMORY;
  } catch {
    // Closed: writing to it will say so.
    return false;
  }
}

/** A line that is longer is no line of the tool. */
const LONGEST_LINE = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, as Latin-1: the fields that are asked for are ASCII. Each line is a string of its own: a
 * part of a longer one would keep all of that in memory for as long as somebody remembers an address of it.
 */
export class LineSplitter {
  readonly #take: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /** False once a line is too long: then nothing more can be trusted. */
  push(chunk: Buffer): boolean {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#take(bytes.toString('latin1', start, end));
      start = end + 1;
    }
    this.#rest = bytes.subarray(start);
    return this.#rest.length <= LONGEST_LINE;
  }
}

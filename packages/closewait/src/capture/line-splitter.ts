/** A line that is longer is no line of the tool. */
const LONGEST_LINE = 64 * 1024;

/** Cuts a stream of bytes into lines. Latin-1: the fields that are asked for are ASCII. */
export class LineSplitter {
  readonly #take: (line: string) => void;
  #rest = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /** False once a line is too long: then nothing more can be trusted. */
  push(chunk: Buffer): boolean {
    const text = this.#rest + chunk.toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#take(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    return this.#rest.length <= LONGEST_LINE;
  }
}

import { wholeHeldRecords } from '@closewait/core/codec';

/**
 * Makes chunks that begin and end with a record of parts that do not. Readers fill buffers, and the end of one is rarely
 * the end of a record: the record that was split becomes a chunk of its own. Bytes that are no record stay, for the decoder
 * to report.
 */
export class RecordJoiner {
  readonly #emit: (chunk: Uint8Array) => void;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(emit: (chunk: Uint8Array) => void) {
    this.#emit = emit;
  }

  add(part: Uint8Array): void {
    let next = part;
    if (this.#rest.length > 0) {
      const split = Buffer.concat([this.#rest, part.subarray(0, LONGEST)]);
      const length = firstRecord(split);
      if (length === 0) {
        this.#rest = Buffer.concat([this.#rest, part]);
        return;
      }
      this.#emit(split.subarray(0, length));
      next = part.subarray(length - this.#rest.length);
    }
    const whole = wholeHeldRecords(next);
    if (whole > 0) this.#emit(next.subarray(0, whole));
    this.#rest = next.subarray(whole);
  }

  /** What is left of a record that never came. */
  end(): void {
    if (this.#rest.length > 0) this.#emit(this.#rest);
  }
}

/** More than any record has. */
const LONGEST = 256;

/** Length of the record that the bytes begin with; 0 where they are not enough, or no record. */
function firstRecord(bytes: Uint8Array): number {
  for (let length = 8; length <= bytes.length; length += 8) {
    if (wholeHeldRecords(bytes.subarray(0, length)) > 0) return length;
  }
  return 0;
}

import { type CodecProblem, type Decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import {
  COMMIT_MASK,
  HEADER_BYTES,
  PADDING,
  TIME_EXTEND,
  TIME_STAMP,
  TIME_STAMP_MASK,
  TYPE_BITS,
  TYPE_BITS_WIDTH,
  WORD_BYTES,
} from './trace-layout.ts';

/** Where the bits above the 27 of the first word begin: 2^27. */
const TIME_HIGH = 0x800_0000;
const AT_COMMIT = 8;
const WHAT = 'page of a trace buffer';

/**
 * Walks over the records of one page after the other and makes no object of any: at 100,000 events a second the objects of
 * {@link decodeTracePage} are most of the work. Times are nanoseconds since an origin, exact as numbers for 104 days.
 */
export class TraceCursor {
  /** The time of the record that it stands on; Infinity where it stands on none. */
  atNs: number = Number.POSITIVE_INFINITY;
  /** The page, and where the record lies in it, from `common_type` on. */
  view: DataView = new DataView(new ArrayBuffer(0));
  offset = 0;
  bytes = 0;
  readonly #originNs: bigint;
  #baseNs = 0n;
  #timeNs = 0;
  #next = 0;
  #end = 0;

  constructor(originNs: bigint) {
    this.#originNs = originNs;
  }

  /** Stands on the first record of a page, which must stay as it is meanwhile. */
  load(page: Uint8Array): CodecProblem | null {
    this.atNs = Number.POSITIVE_INFINITY;
    this.#end = 0;
    this.#next = 0;
    if (page.length < HEADER_BYTES) return said(problem(WHAT, 0, `${HEADER_BYTES} bytes`, `${page.length}`));
    this.view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    this.#baseNs = this.view.getBigUint64(0, HOST_IS_LITTLE_ENDIAN);
    this.#timeNs = Number(this.#baseNs - this.#originNs);
    const end = HEADER_BYTES + (this.view.getUint32(AT_COMMIT, HOST_IS_LITTLE_ENDIAN) & COMMIT_MASK);
    if (end > page.length) return said(problem(WHAT, AT_COMMIT, `at most ${page.length} bytes in use`, `${end}`));
    this.#end = end;
    this.#next = HEADER_BYTES;
    return this.advance();
  }

  /** Goes to the next record of the page. */
  advance(): CodecProblem | null {
    const { view } = this;
    const end = this.#end;
    let at = this.#next;
    while (at + WORD_BYTES <= end) {
      const head = view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
      const type = head & TYPE_BITS;
      const delta = head >>> TYPE_BITS_WIDTH;
      if (type === PADDING && delta === 0) break;
      const second = at + 2 * WORD_BYTES <= end ? view.getUint32(at + WORD_BYTES, HOST_IS_LITTLE_ENDIAN) : 0;
      if (type === TIME_EXTEND || type === TIME_STAMP) {
        this.#timeNs = type === TIME_EXTEND ? this.#timeNs + delta + second * TIME_HIGH : this.#absolute(delta, second);
        at += 2 * WORD_BYTES;
        continue;
      }
      const isLong = type === 0 || type === PADDING;
      const start = at + (isLong ? 2 : 1) * WORD_BYTES;
      const next = at + WORD_BYTES + (isLong ? second : type * WORD_BYTES);
      if (next < start || next > end) return this.#stop(at, next);
      this.#timeNs += delta;
      at = next;
      if (type === PADDING) continue;
      this.atNs = this.#timeNs;
      this.offset = start;
      this.bytes = next - start;
      this.#next = next;
      return null;
    }
    this.#next = end;
    this.atNs = Number.POSITIVE_INFINITY;
    return null;
  }

  #absolute(low: number, high: number): number {
    const time = BigInt(low) + BigInt(high) * BigInt(TIME_HIGH);
    return Number(((this.#baseNs & ~TIME_STAMP_MASK) | (time & TIME_STAMP_MASK)) - this.#originNs);
  }

  #stop(at: number, next: number): CodecProblem | null {
    const end = this.#end;
    this.#next = end;
    this.atNs = Number.POSITIVE_INFINITY;
    return said(problem(WHAT, at, `a record that ends at ${end} at most`, `${next}`));
  }
}

function said(result: Decoded<never>): CodecProblem | null {
  return result.ok ? null : result.problem;
}

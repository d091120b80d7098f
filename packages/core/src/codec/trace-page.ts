import { type Decoded, decoded, problem } from './decoded.ts';
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

/** What one page of a trace buffer holds. */
export interface TracePage {
  readonly records: readonly TraceRecord[];
  /** Events that were overwritten before this page was read; null: some were, and the page has no room to say how many. */
  readonly lost: number | null;
}

/** One event, as the kernel wrote it. */
export interface TraceRecord {
  /** In the clock of the trace, nanoseconds. */
  readonly atNs: bigint;
  /** From `common_type` on: a view into the page. Its end may be padded. */
  readonly bytes: Uint8Array;
}

const AT_COMMIT = 8;
/** kernel/trace/ring_buffer.c */
const RB_MISSED_EVENTS = 0x8000_0000;
const RB_MISSED_STORED = 0x4000_0000;
/** TS_SHIFT: a time in two words has its lower 27 bits in the first. */
const TIME_SHIFT = 27n;
const WHAT = 'page of a trace buffer';

/**
 * A page of `per_cpu/cpuN/trace_pipe_raw` (tracefs): a 64-bit kernel's ring buffer page, as rb_update_event and
 * ring_buffer_read_page (kernel/trace/ring_buffer.c) write it. A read may answer more bytes than the page uses.
 */
export function decodeTracePage(page: Uint8Array): Decoded<TracePage> {
  if (page.length < HEADER_BYTES) return problem(WHAT, 0, `${HEADER_BYTES} bytes`, `${page.length}`);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const baseNs = view.getBigUint64(0, HOST_IS_LITTLE_ENDIAN);
  const commit = view.getUint32(AT_COMMIT, HOST_IS_LITTLE_ENDIAN);
  const end = HEADER_BYTES + (commit & COMMIT_MASK);
  if (end > page.length) return problem(WHAT, AT_COMMIT, `at most ${page.length} bytes in use`, `${end}`);
  const lost = decodeLost(view, commit, end);
  const records: TraceRecord[] = [];
  let atNs = baseNs;
  let at = HEADER_BYTES;
  while (at + WORD_BYTES <= end) {
    const head = view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
    const type = head & TYPE_BITS;
    const delta = BigInt(head >>> TYPE_BITS_WIDTH);
    // Padding without a time is the unused rest of the page.
    if (type === PADDING && delta === 0n) break;
    const second = at + 2 * WORD_BYTES <= end ? view.getUint32(at + WORD_BYTES, HOST_IS_LITTLE_ENDIAN) : 0;
    if (type === TIME_EXTEND || type === TIME_STAMP) {
      const time = delta + (BigInt(second) << TIME_SHIFT);
      atNs = type === TIME_EXTEND ? atNs + time : (baseNs & ~TIME_STAMP_MASK) | (time & TIME_STAMP_MASK);
      at += 2 * WORD_BYTES;
      continue;
    }
    // A length in the second word counts that word.
    const start = at + (type === 0 || type === PADDING ? 2 : 1) * WORD_BYTES;
    const next = at + WORD_BYTES + (type === 0 || type === PADDING ? second : type * WORD_BYTES);
    if (next < start || next > end) return problem(WHAT, at, `a record that ends at ${end} at most`, `${next}`);
    atNs += delta;
    if (type !== PADDING) records.push({ atNs, bytes: page.subarray(start, next) });
    at = next;
  }
  return decoded({ records, lost });
}

/** The number stands behind the last record, where the page has room for it. */
function decodeLost(view: DataView, commit: number, end: number): number | null {
  if ((commit & RB_MISSED_EVENTS) === 0) return 0;
  if ((commit & RB_MISSED_STORED) === 0 || end + 8 > view.byteLength) return null;
  return Number(view.getBigUint64(end, HOST_IS_LITTLE_ENDIAN));
}

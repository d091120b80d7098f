import { type CodecProblem, TraceCursor } from '@closewait/core/codec';
import type { TraceSession } from './trace-session.ts';

/** Called for each record; where it lies is in the cursor, until the next call. */
export type VisitRecord = (cursor: TraceCursor, processor: number) => void;

interface Lane {
  readonly processor: number;
  readonly cursor: TraceCursor;
  /** Pages that wait, the oldest first; `taken` of them have been walked over. */
  readonly pages: Uint8Array[];
  taken: number;
}

/**
 * Puts the records of all processors into the order of their times, without an object for any. What is newer than the
 * call waits for the next one: the processors are read one after the other.
 */
export class PageMerger {
  /** Bytes of pages that the last call has read from the processor that had most. */
  mostBytes = 0;
  problem: CodecProblem | null = null;
  readonly #session: TraceSession;
  readonly #originNs: bigint;
  readonly #lanes = new Map<number, Lane>();
  readonly #spare: Uint8Array[] = [];

  constructor(session: TraceSession, originNs: bigint) {
    this.#session = session;
    this.#originNs = originNs;
  }

  /** Visits what has come before this call. The answer is that moment, in nanoseconds since the origin. */
  visit(visit: VisitRecord): number {
    const boundNs = Number(process.hrtime.bigint() - this.#originNs);
    this.#read(boundNs);
    for (;;) {
      const lane = this.#earliest();
      if (lane === null || lane.cursor.atNs > boundNs) return boundNs;
      visit(lane.cursor, lane.processor);
      this.#note(lane.cursor.advance());
      this.#settle(lane);
    }
  }

  #read(boundNs: number): void {
    const bytesOf = new Map<number, number>();
    this.#session.readPages((page, processor) => {
      const lane = this.#laneOf(processor);
      const copy = this.#spare.pop() ?? new Uint8Array(page.length);
      // A read may answer fewer bytes than a page has; the buffers are all as long as the first.
      const kept = copy.length >= page.length ? copy : new Uint8Array(page.length);
      kept.set(page);
      lane.pages.push(kept);
      bytesOf.set(processor, (bytesOf.get(processor) ?? 0) + page.length);
      if (lane.cursor.atNs === Number.POSITIVE_INFINITY) this.#settle(lane);
      // What makes events faster than they are read must not keep this from coming to an end.
      return startOf(page, this.#originNs) <= boundNs;
    });
    this.mostBytes = Math.max(0, ...bytesOf.values());
  }

  /** Few processors have something at a time; a search beats a heap until there are hundreds. */
  #earliest(): Lane | null {
    let found: Lane | null = null;
    for (const lane of this.#lanes.values()) {
      if (lane.cursor.atNs < (found?.cursor.atNs ?? Number.POSITIVE_INFINITY)) found = lane;
    }
    return found;
  }

  /** Goes on to the next page that has a record. */
  #settle(lane: Lane): void {
    while (lane.cursor.atNs === Number.POSITIVE_INFINITY) {
      const page = lane.pages[lane.taken];
      if (page === undefined) {
        for (const done of lane.pages.splice(0)) if (this.#spare.length < MOST_SPARE) this.#spare.push(done);
        lane.taken = 0;
        return;
      }
      lane.taken++;
      this.#note(lane.cursor.load(page));
    }
  }

  #laneOf(processor: number): Lane {
    const lane = this.#lanes.get(processor);
    if (lane !== undefined) return lane;
    const made = { processor, cursor: new TraceCursor(this.#originNs), pages: [], taken: 0 };
    this.#lanes.set(processor, made);
    return made;
  }

  #note(problem: CodecProblem | null): void {
    this.problem ??= problem;
  }
}

/** 4 MB of pages of 4 kB. */
const MOST_SPARE = 1024;

function startOf(page: Uint8Array, originNs: bigint): number {
  return Number(new DataView(page.buffer, page.byteOffset).getBigUint64(0, true) - originNs);
}

import { advance, distance } from './sequence.ts';

/** Octets from `start` to before `end` that the capture has not seen. */
interface Hole {
  start: number;
  end: number;
}

/** More holes than that are joined, so that a hostile capture cannot fill the memory; the count of octets stays an upper bound. */
const MOST_HOLES = 32;

/**
 * What one end has sent, as far as the capture shows it: an edge and the holes before it. Octets are counted from the
 * edge backwards, modulo 2^32.
 */
export class Stream {
  /** Behind the last octet that was seen, or whose acknowledgment was seen. */
  edge: number;
  /** Up to where the other end has acknowledged; null before its first acknowledgment. */
  acknowledged: number | null = null;
  readonly #holes: Hole[] = [];
  #overflowed = false;

  constructor(edge: number) {
    this.edge = edge;
  }

  /** Takes a segment's octets. True where they, or some of them, lie beyond everything seen before. */
  add(start: number, octets: number): boolean {
    const end = advance(start, octets);
    const ahead = distance(start, this.edge);
    if (ahead > 0) this.#open(this.edge, start);
    if (octets > 0 && ahead < 0) this.#fill(start, end);
    if (distance(end, this.edge) <= 0) return false;
    this.edge = end;
    return octets > 0;
  }

  /** The other end has acknowledged everything before `sequence`, also what the capture has not seen. */
  acknowledge(sequence: number): void {
    if (distance(sequence, this.edge) > 0) {
      this.#open(this.edge, sequence);
      this.edge = sequence;
    }
    if (this.acknowledged === null || distance(sequence, this.acknowledged) > 0) this.acknowledged = sequence;
  }

  /** Whether the octet before `sequence` was not seen, so that it may have been a FIN. */
  isUnseenBefore(sequence: number): boolean {
    return this.#holes.some((hole) => hole.end === sequence);
  }

  /** Whether everything before `sequence` was seen, or acknowledged: what follows it can then be in order. */
  isWholeUpTo(sequence: number): boolean {
    const { acknowledged } = this;
    return this.#holes.every(
      (hole) => distance(hole.start, sequence) >= 0 || (acknowledged !== null && distance(hole.end, acknowledged) <= 0),
    );
  }

  /** Octets before the edge that the capture has not seen; an upper bound where holes had to be joined. */
  get missingOctets(): number {
    return this.#holes.reduce((sum, { start, end }) => sum + distance(end, start), 0);
  }

  /** Whether the octets that were not seen are too many pieces to tell apart. */
  get isRagged(): boolean {
    return this.#overflowed;
  }

  #open(start: number, end: number): void {
    const last = this.#holes.at(-1);
    if (last !== undefined && (last.end === start || this.#holes.length >= MOST_HOLES)) {
      this.#overflowed ||= last.end !== start;
      last.end = end;
    } else {
      this.#holes.push({ start, end });
    }
  }

  #fill(start: number, end: number): void {
    for (let at = this.#holes.length - 1; at >= 0; at--) {
      const hole = this.#holes[at];
      if (hole === undefined || distance(end, hole.start) <= 0 || distance(start, hole.end) >= 0) continue;
      const before = { start: hole.start, end: start };
      const after = { start: end, end: hole.end };
      this.#holes.splice(at, 1, ...[before, after].filter((rest) => distance(rest.end, rest.start) > 0));
    }
  }
}

import type { TcpSegment } from '@closewait/core/codec';
import { type ModelSegment, otherSide, type SegmentFlag, type Side, segmentLength } from '@closewait/core/tcp/linux';
import type { Wire, WireSegment } from './wire.ts';

const FLAGS: readonly SegmentFlag[] = ['SYN', 'FIN', 'RST', 'ACK'];

/** What both ends have sent in one run, as the model counts, and the frames that wait to be delivered. */
export class SentSegments {
  readonly #wire: Wire;
  readonly #port: number;
  /** Initial sequence numbers, once a SYN has shown them. */
  readonly #initial: Partial<Record<Side, number>> = {};
  readonly #seen: Readonly<Record<Side, Set<string>>> = { a: new Set(), b: new Set() };
  readonly #waiting: Readonly<Record<Side, WireSegment[]>> = { a: [], b: [] };
  /** Segments that came again. */
  repeats = 0;

  /** @param port of both ends: what other ports send belongs to earlier runs. */
  constructor(wire: Wire, port: number) {
    this.#wire = wire;
    this.#port = port;
  }

  /** The next new segment of `side`, which then waits on the wire; null where none has come. */
  next(side: Side): ModelSegment | null {
    for (;;) {
      const received = this.#wire.receive(side);
      if (received === null) return null;
      if (received.segment.source.port !== this.#port) continue;
      const segment = this.#count(side, received.segment);
      if (this.#isRepeat(side, segment)) continue;
      this.#waiting[otherSide(side)].push(received);
      return segment;
    }
  }

  /** Delivers the oldest segment that waits for `side`, if one does. */
  deliver(side: Side): void {
    const oldest = this.#waiting[side].shift();
    if (oldest !== undefined) this.#wire.deliver(side, oldest.frame);
  }

  /** Forgets the oldest segment that waits for `side`. */
  lose(side: Side): void {
    this.#waiting[side].shift();
  }

  #count(side: Side, { flags, sequence, acknowledgment, payloadBytes }: TcpSegment): ModelSegment {
    if (flags.includes('SYN')) this.#initial[side] ??= sequence;
    const own = this.#initial[side] ?? 0;
    const peer = this.#initial[otherSide(side)] ?? 0;
    const isBare = flags.includes('RST') && sequence === 0;
    return {
      flags: FLAGS.filter((flag) => flags.includes(flag)),
      sequence: isBare ? null : (sequence - own) >>> 0,
      acknowledgment: flags.includes('ACK') ? (acknowledgment - peer) >>> 0 : null,
      bytes: payloadBytes,
    };
  }

  /** A segment that takes sequence numbers which were sent before is a retransmission, and this wire loses nothing. */
  #isRepeat(side: Side, segment: ModelSegment): boolean {
    if (segmentLength(segment) === 0) return false;
    // A SYN,ACK has the number of the SYN of a simultaneous opening, and is no repetition of it.
    const kind = segment.flags.includes('SYN') && segment.acknowledgment !== null ? 'SYN,ACK' : '';
    const key = `${kind}${segment.sequence}`;
    if (!this.#seen[side].has(key)) {
      this.#seen[side].add(key);
      return false;
    }
    this.repeats++;
    return true;
  }
}

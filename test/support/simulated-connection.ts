import type { CapturedSegment } from '@closewait/core/capture';
import { step, type TcpEvent, type TcpState } from '@closewait/core/tcp';

/** What becomes of a packet on its way past the place of the capture. */
export interface Fate {
  /** Gone before it passes: neither captured nor received. */
  readonly isLostBefore: boolean;
  readonly isCaptured: boolean;
  /** Seen twice, as on two interfaces. */
  readonly isCopied: boolean;
  /** Gone behind the place of the capture. */
  readonly isLostAfter: boolean;
}

/** Something that one of the two programs, or the clock, does. */
export interface Deed {
  readonly by: 0 | 1;
  readonly does: 'send' | 'close' | 'abort' | 'repeat' | 'probe';
  readonly octets: number;
  /** Time that passes before it. */
  readonly afterMs: number;
  /** Of the packets that it causes, in turn. */
  readonly fates: readonly Fate[];
}

export const WHOLE: Fate = { isLostBefore: false, isCaptured: true, isCopied: false, isLostAfter: false };

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const ENDS = [
  { address: '192.0.2.1', port: 40_000 },
  { address: '192.0.2.2', port: 80 },
] as const;

interface Sent {
  readonly start: number;
  readonly octets: number;
  readonly bits: number;
}

interface End {
  state: TcpState;
  next: number;
  unacknowledged: number;
  expected: number | null;
  unanswered: Sent[];
  finSentMs: number | null;
}

/**
 * A connection between two ends that follow core/tcp, with real sequence numbers, over a wire that loses packets before
 * and behind the place of the capture. It is the truth that a capture is judged by.
 */
export class SimulatedConnection {
  readonly captured: CapturedSegment[] = [];
  readonly ends: readonly [End, End];
  nowMs = 1_800_000_000_000;
  readonly #fates: Fate[] = [];

  constructor(initial: readonly [number, number]) {
    const make = (next: number): End => ({
      state: 'CLOSED',
      next,
      unacknowledged: next,
      expected: null,
      unanswered: [],
      finSentMs: null,
    });
    this.ends = [make(initial[0]), make(initial[1])];
    this.#happen(1, 'passive OPEN');
  }

  /** The first SYN, and whatever comes of it. */
  open(fates: readonly Fate[]): void {
    this.#fates.splice(0, this.#fates.length, ...fates);
    this.#happen(0, 'active OPEN');
    this.#emitNew(0, SYN, 0);
  }

  do({ by, does, octets, afterMs, fates }: Deed): void {
    this.nowMs += afterMs;
    this.#fates.splice(0, this.#fates.length, ...fates);
    const end = this.ends[by];
    const canSend = end.state === 'ESTABLISHED' || end.state === 'CLOSE-WAIT';
    if (does === 'send' && canSend) this.#emitNew(by, ACK, octets);
    else if (does === 'close' && canSend) this.#close(by);
    else if (does === 'abort') this.#abort(by);
    else if (does === 'repeat') this.#repeat(by);
    // A keep-alive probe: one octet before what was sent last (RFC 9293 section 3.8.4).
    else if (
      does === 'probe' &&
      end.expected !== null &&
      end.unanswered.length === 0 &&
      isSynchronized(end.state) &&
      end.state !== 'TIME-WAIT'
    ) {
      this.#emit(by, { start: (end.next - 1) >>> 0, octets: 0, bits: ACK });
    }
  }

  /** Repeats what is unanswered, without losses, until everything is. */
  settle(): void {
    for (let round = 0; round < 40; round++) {
      this.nowMs += 200;
      this.#fates.length = 0;
      for (const by of [0, 1] as const) this.#repeat(by);
    }
  }

  #happen(by: 0 | 1, event: TcpEvent): void {
    const end = this.ends[by];
    end.state = step(end.state, event, by === 0 ? 'active' : 'passive').state;
  }

  #close(by: 0 | 1): void {
    this.#happen(by, 'CLOSE');
    this.ends[by].finSentMs = this.nowMs;
    this.#emitNew(by, ACK | FIN, 0);
  }

  #abort(by: 0 | 1): void {
    const end = this.ends[by];
    if (!isSynchronized(end.state) || end.state === 'TIME-WAIT') return;
    this.#happen(by, 'ABORT');
    end.unanswered = [];
    this.#emit(by, { start: end.next, octets: 0, bits: RST | ACK });
  }

  #repeat(by: 0 | 1): void {
    for (const sent of this.ends[by].unanswered) this.#emit(by, sent);
  }

  #emitNew(by: 0 | 1, bits: number, octets: number): void {
    const end = this.ends[by];
    const sent = { start: end.next, octets, bits };
    end.next = (end.next + lengthOf(sent)) >>> 0;
    end.unanswered.push(sent);
    this.#emit(by, sent);
  }

  #emit(by: 0 | 1, { start, octets, bits }: Sent): void {
    const fate = this.#fates.shift() ?? WHOLE;
    if (fate.isLostBefore) return;
    const { expected } = this.ends[by];
    const segment: CapturedSegment = {
      atMs: this.nowMs,
      source: ENDS[by],
      destination: ENDS[by === 0 ? 1 : 0],
      sequence: start,
      acknowledgment: expected ?? 0,
      bits: expected === null ? bits & ~ACK : bits | ACK,
      payloadBytes: octets,
      window: 1000,
      isFragment: false,
    };
    this.nowMs += 0.05;
    if (fate.isCaptured) {
      this.captured.push(segment);
      if (fate.isCopied) this.captured.push({ ...segment, atMs: segment.atMs + 0.01 });
    }
    if (!fate.isLostAfter) this.#receive(by === 0 ? 1 : 0, segment);
  }

  #receive(by: 0 | 1, { sequence, acknowledgment, bits, payloadBytes }: CapturedSegment): void {
    const end = this.ends[by];
    if (end.state === 'CLOSED') {
      if ((bits & RST) === 0) this.#emit(by, { start: acknowledgment, octets: 0, bits: RST });
      return;
    }
    if ((bits & RST) !== 0) {
      if (sequence === end.expected) this.#reset(by);
      return;
    }
    if ((bits & SYN) !== 0 && end.expected === null) {
      end.expected = (sequence + 1) >>> 0;
      if ((bits & ACK) !== 0) this.#acknowledge(end, acknowledgment);
      this.#happen(by, (bits & ACK) === 0 ? 'rcv SYN' : 'rcv SYN,ACK');
      if ((bits & ACK) === 0) this.#emitNew(by, SYN | ACK, 0);
      else this.#emit(by, { start: end.next, octets: 0, bits: ACK });
      return;
    }
    if (end.expected === null || end.state === 'SYN-SENT' || end.state === 'LISTEN') return;
    const isInOrder = sequence === end.expected;
    const length = payloadBytes + ((bits & FIN) === 0 ? 0 : 1);
    // A repeated SYN, a probe, or something out of order: acknowledged again, its acknowledgment counts all the same.
    const wasFinUnanswered = end.finSentMs !== null && end.unanswered.some((sent) => (sent.bits & FIN) !== 0);
    if ((bits & ACK) !== 0) this.#acknowledge(end, acknowledgment);
    if (end.state === 'SYN-RECEIVED' && end.unanswered.length === 0) this.#happen(by, 'rcv ACK of SYN');
    const isFinAnswered = wasFinUnanswered && !end.unanswered.some((sent) => (sent.bits & FIN) !== 0);
    if (isFinAnswered) this.#happen(by, 'rcv ACK of FIN');
    if (!isSynchronized(end.state)) return;
    if (length > 0 && isInOrder) {
      end.expected = (end.expected + length) >>> 0;
      if ((bits & FIN) !== 0) this.#happen(by, 'rcv FIN');
      this.#emit(by, { start: end.next, octets: 0, bits: ACK });
    } else if (length > 0 || ((sequence - end.expected) | 0) < 0) {
      // A pure acknowledgment ahead of what has arrived lies in the window, and is not answered.
      this.#emit(by, { start: end.next, octets: 0, bits: ACK });
    }
  }

  #reset(by: 0 | 1): void {
    this.#happen(by, 'rcv RST');
    this.ends[by].unanswered = [];
    // A listener has taken no connection: for this one it is closed.
    if (this.ends[by].state === 'LISTEN') this.ends[by].state = 'CLOSED';
  }

  #acknowledge(end: End, acknowledgment: number): void {
    if (((acknowledgment - end.unacknowledged) | 0) <= 0 || ((acknowledgment - end.next) | 0) > 0) return;
    end.unacknowledged = acknowledgment;
    end.unanswered = end.unanswered.filter((sent) => ((sent.start + lengthOf(sent) - acknowledgment) | 0) > 0);
  }
}

function isSynchronized(state: TcpState): boolean {
  return !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);
}

function lengthOf({ octets, bits }: Sent): number {
  return octets + ((bits & SYN) === 0 ? 0 : 1) + ((bits & FIN) === 0 ? 0 : 1);
}

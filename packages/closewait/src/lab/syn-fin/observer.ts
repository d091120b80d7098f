import { setTimeout as delay } from 'node:timers/promises';
import { countersMoved, type NetCounters, type OutgoingSegment, type TcpSegment } from '@closewait/core/codec';
import type { SynFinSight, SynFinStep } from '@closewait/core/experiment';
import type { TcpState } from '@closewait/core/tcp';
import { waitUntil } from '../wait-until.ts';
import { type Bench, CLIENT, CLOSED_PORT, SERVER, type SeenSegment } from './bench.ts';
import { describeFlags } from './describe-flags.ts';
import type { LabSocket } from './lab-socket.ts';
import { NotMade } from './not-made.ts';

/** Longer than an acknowledgement may be delayed: TCP_DELACK_MAX of net/tcp.h is 200 ms. */
export const WINDOW_MS = 220;
/** TCP_TIMEOUT_INIT of net/tcp.h is 1 s: so long after a trial's first segment the kernel sends a SYN or a SYN+ACK again. */
const LATE_NS = 900_000_000n;
const WITHIN_MS = 1000;
/** Its RST shows that the packet socket sees answers. */
const WITNESS_PORT = 40_001;

/** What a trial says of a segment; the rest is as of the client and the listener. */
export type Sending = Pick<OutgoingSegment, 'flags' | 'sequence'> & Partial<OutgoingSegment>;

/** Sends the segments of one trial and notes what comes of each. */
export class Observer {
  readonly #steps: SynFinStep[];
  readonly #bench: Bench;
  readonly #signal: AbortSignal;
  readonly #countedAtFirst: bigint;
  #firstAtNs: bigint | undefined;
  #seenInAll = 0;

  /** Notes its steps in `steps`. */
  constructor(bench: Bench, signal: AbortSignal, steps: SynFinStep[]) {
    this.#steps = steps;
    this.#bench = bench;
    this.#signal = signal;
    this.#countedAtFirst = this.#counted();
  }

  get bench(): Bench {
    return this.#bench;
  }

  /** Sends without noting a step, and waits for the answer. */
  async exchange(sending: Sending): Promise<TcpSegment> {
    this.#receive();
    this.#bench.send(whole(sending));
    return this.awaitAnswer(describeFlags(sending.flags));
  }

  async awaitAnswer(to: string): Promise<TcpSegment> {
    const answers: SeenSegment[] = [];
    await this.#wait(() => {
      answers.push(...this.#receive().filter(({ segment }) => isAnswer(segment)));
      return answers.length > 0;
    });
    const [answer] = answers;
    if (answer === undefined) throw new NotMade(`no answer to ${to}`);
    return answer.segment;
  }

  /** Sends without noting a step, and waits until a socket is in the state, or none but listeners is left. */
  async lead(sending: Sending, to: TcpState | 'nothing'): Promise<void> {
    this.#bench.send(whole(sending));
    const reached = await this.#wait(() => {
      const states = connections(this.#bench.sockets()).map(({ state }) => state);
      return to === 'nothing' ? states.length === 0 : states.includes(to);
    });
    if (!reached) throw new NotMade(`${describeFlags(sending.flags)} does not lead to ${to}`);
  }

  /** Sends one segment, watches, and notes a step. The answer: the first segment that the kernel sent. */
  async observe(sending: Sending): Promise<TcpSegment | null> {
    const sent = whole(sending);
    // What belongs to the segments before this one has been handled.
    if (!(await this.#wait(() => this.#receive().length === 0 && this.#isSettled()))) {
      throw new NotMade('segments are not counted as they are seen');
    }
    const before = this.#bench.counters();
    const dropsBefore = dropsOf(this.#bench.sockets());
    const seenBefore = this.#seenInAll;
    this.#bench.send(sent);
    const seen: SeenSegment[] = [];
    await delay(WINDOW_MS, undefined, { signal: this.#signal });
    await this.#wait(() => {
      seen.push(...this.#receive());
      return this.#isSettled();
    });
    const after = this.#bench.counters();
    const moved = countersMoved(before, after);
    const sockets = this.#bench.sockets();
    const seenSegments = this.#seenInAll - seenBefore;
    const wasWitnessed = await this.#witness();
    const own = seen.find(({ segment }) => segment.source.port === sent.source.port && !isAnswer(segment));
    const answers = seen.filter(({ segment }) => isAnswer(segment));
    const sight = judgeSight({
      counted: Number(moved.get('Tcp:InSegs') ?? 0n),
      refusedAsBroken: moved.has('Tcp:InCsumErrors'),
      seen: seenSegments,
      wasWitnessed: wasWitnessed && own !== undefined,
      isLate: seen.some(({ atNs }) => atNs - (this.#firstAtNs ?? atNs) > LATE_NS),
    });
    this.#steps.push(toStep({ sent, sight, own, answers, moved, dropsBefore, sockets }));
    return answers[0]?.segment ?? null;
  }

  /** `lo` hands everything to the kernel again, the kernel's answers too: what is seen and what is counted is the same. */
  #isSettled(): boolean {
    return this.#counted() - this.#countedAtFirst === BigInt(this.#seenInAll);
  }

  #counted(): bigint {
    return this.#bench.counters().get('Tcp:InSegs') ?? 0n;
  }

  #receive(): readonly SeenSegment[] {
    const seen = this.#bench.receive();
    this.#seenInAll += seen.length;
    this.#firstAtNs ??= seen[0]?.atNs;
    return seen;
  }

  /** An ACK to a closed port is answered by a RST (RFC 9293 3.10.7.1): it comes after whatever was sent before it. */
  async #witness(): Promise<boolean> {
    const source = { address: CLIENT.address, port: WITNESS_PORT };
    const destination = { address: SERVER.address, port: CLOSED_PORT };
    this.#bench.send({ source, destination, sequence: 1, acknowledgment: 1, flags: ['ACK'] });
    return this.#wait(() =>
      this.#receive().some(({ segment }) => segment.destination.port === WITNESS_PORT && segment.flags.includes('RST')),
    );
  }

  #wait(holds: () => boolean): Promise<boolean> {
    return waitUntil(holds, { withinMs: WITHIN_MS, signal: this.#signal });
  }
}

function judgeSight(step: {
  readonly counted: number;
  readonly refusedAsBroken: boolean;
  readonly seen: number;
  readonly wasWitnessed: boolean;
  readonly isLate: boolean;
}): SynFinSight {
  if (!step.wasWitnessed) return 'not-watched';
  if (step.counted < step.seen || step.refusedAsBroken) return 'not-delivered';
  if (step.counted > step.seen) return 'disturbed';
  return step.isLate ? 'late' : 'seen';
}

function toStep(observed: {
  readonly sent: OutgoingSegment;
  readonly sight: SynFinSight;
  readonly own: SeenSegment | undefined;
  readonly answers: readonly SeenSegment[];
  readonly moved: NetCounters;
  readonly dropsBefore: number | null;
  readonly sockets: readonly LabSocket[];
}): SynFinStep {
  const { sent, sight, own, answers, moved, dropsBefore, sockets } = observed;
  const dropsAfter = dropsOf(sockets);
  return {
    flags: describeFlags(sent.flags),
    payloadBytes: sent.payload?.length ?? 0,
    sight,
    answers: answers.map(({ segment, atNs }) => ({
      flags: describeFlags(segment.flags),
      acknowledges: segment.flags.includes('ACK') ? (segment.acknowledgment - sent.sequence) >>> 0 : null,
      payloadBytes: segment.payloadBytes,
      afterMs: Number((atNs - (own?.atNs ?? atNs)) / 1000n) / 1000,
    })),
    counters: Object.fromEntries(
      [...moved].flatMap(([name, by]) => (/^(Tcp|TcpExt|IpExt):/.test(name) ? [[name, Number(by)]] : [])),
    ),
    listenerDrops: dropsBefore === null || dropsAfter === null ? null : dropsAfter - dropsBefore,
    acceptQueue: sockets.find(({ state }) => state === 'LISTEN')?.rxQueueBytes ?? null,
    sockets: connections(sockets).map(({ state, inode, rxQueueBytes }) => ({
      state,
      hasFile: inode !== 0,
      rxQueueBytes,
    })),
  };
}

function whole(sending: Sending): OutgoingSegment {
  return { source: CLIENT, destination: SERVER, ...sending };
}

function isAnswer({ source, destination }: TcpSegment): boolean {
  return source.address === SERVER.address && destination.port !== WITNESS_PORT;
}

function connections(sockets: readonly LabSocket[]): readonly LabSocket[] {
  return sockets.filter(({ state }) => state !== 'LISTEN');
}

function dropsOf(sockets: readonly LabSocket[]): number | null {
  return sockets.find(({ state }) => state === 'LISTEN')?.drops ?? null;
}

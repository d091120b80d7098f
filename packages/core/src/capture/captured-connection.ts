import { CapturedEnd } from './captured-end.ts';
import { ACK, type CapturedSegment, FIN, RST, SYN, sequenceLength } from './captured-segment.ts';
import { followAfterFin } from './follow-after-fin.ts';
import { inferHandshake, openBySyn } from './infer-handshake.ts';
import { isOutsideWindow, isResetTaken } from './is-taken.ts';
import { advance, distance } from './sequence.ts';

/**
 * How the capture shows the beginning: with the first SYN (`seen`), with a later part of the handshake (`partly`), or
 * not, because the connection was there already (`not-seen`).
 */
export type SeenOpening = 'seen' | 'partly' | 'not-seen';

/** Seen again so soon, a segment was copied (two interfaces of one host), not sent again: Linux waits at least 200 ms. */
const COPY_MS = 5;
/** Stragglers of a connection that was reset pass for some round trips; what comes later than this goes on. */
const STRAGGLER_MS = 1000;

/** One connection of a capture: takes its segments in the order of time and follows both ends. It judges nothing. */
export class CapturedConnection {
  readonly startedMs: number;
  lastMs: number;
  opening: SeenOpening;
  /** The end that opened it; where `opening` is `not-seen`, the one that was seen first. */
  readonly first: CapturedEnd;
  readonly second: CapturedEnd;
  /** A SYN with another initial sequence number that nobody has answered: a new connection, a forgery, an old duplicate. */
  rival: CapturedSegment | null = null;
  /** A new connection has taken over both endpoints: this one had ended, unseen. */
  isReplaced = false;
  /** Sequence numbers that no connection has: data behind a FIN, a second FIN elsewhere. */
  contradictions = 0;
  /** Segments outside of any window, and RSTs that nobody takes. */
  strays = 0;
  /** An end went on after a RST: one that it had sent (so somebody else did), or one that must have ended it. */
  isResetDisputed = false;

  constructor(segment: CapturedSegment) {
    const { bits, source, destination, atMs } = segment;
    const isAnswer = (bits & (SYN | ACK)) === (SYN | ACK);
    this.opening = (bits & SYN) === 0 ? 'not-seen' : isAnswer ? 'partly' : 'seen';
    const state = this.opening === 'not-seen' ? 'ESTABLISHED' : 'CLOSED';
    this.first = new CapturedEnd(isAnswer ? destination : source, state, 'active');
    this.second = new CapturedEnd(isAnswer ? source : destination, state, 'passive');
    this.startedMs = atMs;
    this.lastMs = atMs;
    if (isAnswer) openBySyn(this.first, this.second, advance(segment.acknowledgment, -1));
    this.take(segment);
  }

  get ends(): readonly [CapturedEnd, CapturedEnd] {
    return [this.first, this.second];
  }

  /** Whether nothing but stragglers can come. */
  get isSettled(): boolean {
    const { first, second } = this;
    return (first.fin !== null && second.fin !== null) || first.resetMs !== null || second.resetMs !== null;
  }

  /** The end that a segment of this connection comes from. */
  senderOf({ source }: CapturedSegment): CapturedEnd {
    const { endpoint } = this.first;
    return source.port === endpoint.port && source.address === endpoint.address ? this.first : this.second;
  }

  otherThan(end: CapturedEnd): CapturedEnd {
    return end === this.first ? this.second : this.first;
  }

  take(segment: CapturedSegment): void {
    const sender = this.senderOf(segment);
    const receiver = this.otherThan(sender);
    this.lastMs = Math.max(this.lastMs, segment.atMs);
    if (isOutsideWindow(segment, sender, receiver)) {
      this.strays++;
      return;
    }
    sender.segments++;
    sender.lastMs = segment.atMs;
    if ((segment.bits & RST) !== 0) this.#takeReset(segment, sender, receiver);
    else this.#takeOrderly(segment, sender, receiver);
  }

  #takeReset(segment: CapturedSegment, sender: CapturedEnd, receiver: CapturedEnd): void {
    if (!isResetTaken(segment, sender, receiver)) {
      this.strays++;
      return;
    }
    // Whoever answers with a further RST has not gone on, and the other end has got another chance to take it.
    this.isResetDisputed = false;
    sender.resetMs ??= segment.atMs;
    sender.state.happen('ABORT');
    receiver.state.expect('rcv RST', null);
  }

  #takeOrderly(segment: CapturedSegment, sender: CapturedEnd, receiver: CapturedEnd): void {
    const { bits, sequence, acknowledgment, atMs, payloadBytes } = segment;
    const resetMs = sender.resetMs ?? receiver.resetMs;
    this.isResetDisputed ||= resetMs !== null && atMs - resetMs > STRAGGLER_MS;

    const hasAck = (bits & ACK) !== 0;
    if ((bits & SYN) !== 0) openBySyn(sender, hasAck ? null : receiver, sequence, atMs);
    const stream = sender.beginAt(sequence);
    const octets = sequenceLength(segment);
    const edgeBefore = stream.edge;
    const isNew = stream.add(sequence, octets);
    const newData = isNew ? Math.min(payloadBytes, distance(stream.edge, edgeBefore)) : 0;
    sender.dataOctets += newData;
    sender.hasFragments ||= segment.isFragment;
    if (sender.fin !== null && distance(stream.edge, sender.fin.end) > 0) this.contradictions++;

    const covers = hasAck ? this.#takeAcknowledgment(acknowledgment, sender, receiver, atMs) : NOTHING_COVERED;
    if (inferHandshake(segment, { sender, receiver, isNew })) this.opening = 'partly';

    const proof = isNew ? stream.edge : null;
    if (proof !== null) receiver.state.proveBy(proof);
    // A simultaneous open repeats a SYN that is known, now with an acknowledgment (RFC 9293 figure 7).
    if ((bits & SYN) !== 0 && (isNew || covers.syn)) receiver.state.expect(hasAck ? 'rcv SYN,ACK' : 'rcv SYN', proof);
    if ((bits & SYN) === 0 && covers.syn) receiver.state.expect('rcv ACK of SYN', proof);
    if ((bits & FIN) !== 0) this.#takeFin(segment, sender, receiver);
    else if (covers.finForTheFirstTime) receiver.state.expect('rcv ACK of FIN', proof);

    if (hasAck) followAfterFin(segment, { sender, receiver, newData });
    sender.window = segment.window;
    sender.windowClosedMs = segment.window === 0 ? (sender.windowClosedMs ?? atMs) : null;
  }

  #takeAcknowledgment(acknowledgment: number, sender: CapturedEnd, receiver: CapturedEnd, atMs: number): Covered {
    const { fin, initialSequence } = receiver;
    receiver.beginAt(acknowledgment).acknowledge(acknowledgment);
    sender.state.acknowledges(acknowledgment);
    const syn =
      initialSequence !== null && !receiver.isSynAcknowledged && distance(acknowledgment, initialSequence) > 0;
    receiver.isSynAcknowledged ||= syn;
    if (fin === null || distance(acknowledgment, fin.end) < 0) return { syn, finForTheFirstTime: false };
    if (distance(acknowledgment, fin.end) > 0) this.contradictions++;
    const finForTheFirstTime = fin.acknowledgedMs === null;
    fin.acknowledgedMs ??= atMs;
    return { syn, finForTheFirstTime };
  }

  #takeFin(segment: CapturedSegment, sender: CapturedEnd, receiver: CapturedEnd): void {
    const { atMs, bits, acknowledgment } = segment;
    const end = advance(segment.sequence, sequenceLength(segment));
    const { fin } = sender;
    if (fin !== null) {
      if (end !== fin.end) this.contradictions++;
      else if (atMs - fin.lastMs > COPY_MS) fin.sends++;
      fin.lastMs = Math.max(fin.lastMs, atMs);
      return;
    }
    const sequence = advance(end, -1);
    sender.fin = { sequence, end, firstMs: atMs, lastMs: atMs, sends: 1, acknowledgedMs: null };
    if (receiver.stream !== null && sender.stream !== null && distance(sender.stream.edge, end) > 0)
      this.contradictions++;
    sender.state.happen('CLOSE');
    const coversFin = (bits & ACK) !== 0 && receiver.fin !== null && distance(acknowledgment, receiver.fin.end) >= 0;
    receiver.state.expect(coversFin ? 'rcv FIN,ACK of FIN' : 'rcv FIN', end, sequence);
  }
}

/** What an acknowledgment covers that none before it did. */
interface Covered {
  readonly syn: boolean;
  readonly finForTheFirstTime: boolean;
}

const NOTHING_COVERED: Covered = { syn: false, finForTheFirstTime: false };

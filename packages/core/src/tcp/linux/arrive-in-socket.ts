import type { TcpEvent } from '../events.ts';
import type { TcpState } from '../states.ts';
import type { LinuxEnd, ModelErrno } from './end.ts';
import { sendFin } from './ending-calls.ts';
import type { Side } from './pair.ts';
import { type ModelSegment, segmentLength } from './segment.ts';
import type { Turn } from './turn.ts';

/** A segment for a full socket, in the order of tcp_rcv_state_process (net/ipv4/tcp_input.c). */
export function arriveInSocket(turn: Turn, side: Side, segment: ModelSegment): void {
  const { state } = turn.pair[side];
  const { flags } = segment;
  if (state === 'SYN-SENT') return arriveInSynSent(turn, side, segment);
  if (flags.includes('RST')) return arriveReset(turn, side, segment);
  if (flags.includes('SYN')) return arriveSyn(turn, side, segment);
  if (state === 'SYN-RECEIVED') return completeOpening(turn, side, segment);
  return arriveInSequence(turn, side, segment);
}

/** RFC 9293 3.10.7.3. */
function arriveInSynSent(turn: Turn, side: Side, segment: ModelSegment): void {
  const { flags } = segment;
  const hasAck = flags.includes('ACK');
  if (flags.includes('RST')) {
    if (hasAck) reset(turn, side, 'ECONNREFUSED');
    return;
  }
  if (!flags.includes('SYN')) {
    turn.ask(side, 'rcv ACK of SYN');
    return;
  }
  turn.change(side, { receiveNext: (segment.sequence ?? 0) + 1, ...(hasAck ? { sendUnacknowledged: 1 } : {}) });
  turn.move(side, hasAck ? 'rcv SYN,ACK' : 'rcv SYN');
  turn.send(side, hasAck ? ['ACK'] : ['SYN', 'ACK']);
}

const FIN_TAKEN: readonly TcpState[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'];

/** A RST counts where it carries exactly RCV.NXT (RFC 5961 3.2, RFC 9293 3.10.7.4 first step). */
function arriveReset(turn: Turn, side: Side, { sequence }: ModelSegment): void {
  const end = turn.pair[side];
  const isBeforeFin = FIN_TAKEN.includes(end.state) && sequence === end.receiveNext - 1;
  if (sequence !== end.receiveNext && !(isBeforeFin && turn.departs('reset-before-end-counts'))) return;
  if (end.state === 'CLOSE-WAIT' && turn.departs('reset-after-end-is-epipe')) return reset(turn, side, 'EPIPE');
  reset(turn, side, 'ECONNRESET');
}

/** tcp_reset(): the connection is gone; a socket that somebody holds keeps its error and what was not read. */
function reset(turn: Turn, side: Side, error: ModelErrno): void {
  const { holder, unreadBytes } = turn.pair[side];
  turn.ask(side, 'rcv RST');
  turn.remove(side);
  if (holder === 'nobody') return;
  turn.change(side, { error });
  if (unreadBytes > 0 && !turn.departs('unread-data-survives-reset')) turn.change(side, { unreadBytes: 0 });
  if (holder === 'queue' && !turn.departs('reset-stays-in-accept-queue')) turn.change(side, { holder: 'nobody' });
}

/** The SYN,ACK of a simultaneous opening (RFC 9293 3.5, figure 7); any other SYN is only acknowledged. */
function arriveSyn(turn: Turn, side: Side, segment: ModelSegment): void {
  const event = segment.flags.includes('ACK') ? 'rcv SYN,ACK' : 'rcv SYN';
  const answer = turn.move(side, event);
  if (answer.state === 'ESTABLISHED') {
    turn.change(side, { sendUnacknowledged: segment.acknowledgment ?? 0 });
    finishOpening(turn, side);
    if (turn.departs('simultaneous-open-acknowledged')) turn.acknowledge(side);
  }
  if (answer.outcome === 'ignored' && answer.sends === 'ACK') turn.acknowledge(side);
}

/** The ACK that makes SYN-RECEIVED ESTABLISHED, and what comes with it. */
export function completeOpening(turn: Turn, side: Side, segment: ModelSegment): void {
  turn.change(side, { sendUnacknowledged: 1 });
  // A FIN whose ACK is the first to come goes all the way at once.
  const isFinAlone = segment.bytes === 0 && segment.flags.includes('FIN') && !turn.pair[side].writeShut;
  if (isFinAlone) return arriveInSequence(turn, side, segment);
  turn.move(side, 'rcv ACK of SYN');
  finishOpening(turn, side);
  if (segmentLength(segment) > 0) arriveInSequence(turn, side, segment);
}

function finishOpening(turn: Turn, side: Side): void {
  if (turn.pair[side].writeShut) sendFin(turn, side);
}

/** RFC 9293 3.10.7.4 from the fifth step on: acknowledgment, data, FIN. */
function arriveInSequence(turn: Turn, side: Side, segment: ModelSegment): void {
  const before = turn.pair[side];
  const { acknowledgment, bytes, flags } = segment;
  const acksFin = before.finSent && acknowledgment === before.sendNext && before.sendUnacknowledged < before.sendNext;
  turn.change(side, { sendUnacknowledged: Math.max(before.sendUnacknowledged, acknowledgment ?? 0) });
  if (bytes > 0 && refuseData(turn, side, segment)) return;
  const hasFin = flags.includes('FIN');
  const event = eventOf(hasFin, acksFin);
  if (bytes > 0) {
    if (acksFin) turn.move(side, 'rcv ACK of FIN');
    takeData(turn, side, bytes);
  }
  if (hasFin) takeFin(turn, side);
  if (event !== null && !(bytes > 0 && acksFin)) turn.move(side, event);
  if (segmentLength(segment) > 0) turn.acknowledge(side);
  afterMove(turn, side, hasFin);
}

function eventOf(hasFin: boolean, acksFin: boolean): TcpEvent | null {
  if (hasFin) return acksFin ? 'rcv FIN,ACK of FIN' : 'rcv FIN';
  return acksFin ? 'rcv ACK of FIN' : null;
}

/** Whether nobody can read what arrives: no descriptor, or its reading half was shut down. Matters once a FIN went out. */
function refuseData(turn: Turn, side: Side, segment: ModelSegment): boolean {
  const { state, holder, readShut } = turn.pair[side];
  if (state !== 'FIN-WAIT-1' && state !== 'FIN-WAIT-2') return false;
  if (holder === 'nobody') {
    if (!turn.departs('orphan-resets-data')) return false;
    turn.remove(side);
  } else {
    if (!readShut || !turn.departs('unread-half-resets-data')) return false;
    reset(turn, side, 'ECONNRESET');
  }
  turn.refuse(side, segment);
  return true;
}

function takeData(turn: Turn, side: Side, bytes: number): void {
  const { unreadBytes, receiveNext } = turn.pair[side];
  turn.change(side, { unreadBytes: unreadBytes + bytes, receiveNext: receiveNext + bytes });
}

function takeFin(turn: Turn, side: Side): void {
  const end: LinuxEnd = turn.pair[side];
  turn.change(side, {
    receiveNext: end.receiveNext + 1,
    unreadFin: end.unreadBytes > 0 ? 'behind' : 'alone',
    ended: true,
    readShut: true,
  });
}

/** What Linux does with a connection that has got so far. */
function afterMove(turn: Turn, side: Side, hasFin: boolean): void {
  const { state, holder } = turn.pair[side];
  if (state === 'CLOSED') turn.remove(side);
  if (state === 'TIME-WAIT' && turn.departs('time-wait-outside-socket')) {
    turn.change(side, { entry: 'outside', readShut: true, writeShut: true });
  }
  if (state === 'FIN-WAIT-2' && holder === 'nobody' && !hasFin && turn.departs('fin-wait-2-outside-socket')) {
    turn.change(side, { entry: 'outside' });
  }
}

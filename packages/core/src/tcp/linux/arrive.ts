import type { TcpEvent } from '../events.ts';
import { arriveInSocket, completeOpening } from './arrive-in-socket.ts';
import { arriveOutside } from './arrive-outside.ts';
import type { Side } from './pair.ts';
import type { ModelSegment } from './segment.ts';
import type { Turn } from './turn.ts';

/** A segment reaches an end: whatever the table has for it takes it. */
export function arrive(turn: Turn, side: Side, segment: ModelSegment): void {
  switch (turn.pair[side].entry) {
    case 'none':
      return arriveAtPort(turn, side, segment);
    case 'request':
      return arriveAtRequest(turn, side, segment);
    case 'outside':
      return arriveOutside(turn, side, segment);
    case 'socket':
      return arriveInSocket(turn, side, segment);
  }
}

/** No connection has this segment: the listener takes it, or nobody does. */
function arriveAtPort(turn: Turn, side: Side, segment: ModelSegment): void {
  const listens = side === 'b' && turn.pair.listener === 'open';
  const event = strangerEvent(segment);
  const answer = turn.ask(side, event, listens ? 'LISTEN' : 'CLOSED');
  if (answer.outcome === 'moves' && answer.sends === 'SYN,ACK') return openPassively(turn, side, segment);
  if (answer.outcome !== 'not-allowed' && answer.sends === 'RST') turn.refuse(side, segment);
}

/** How a segment looks to who has no connection for it. */
function strangerEvent({ flags }: ModelSegment): TcpEvent {
  if (flags.includes('RST')) return 'rcv RST';
  if (flags.includes('SYN')) return flags.includes('ACK') ? 'rcv SYN,ACK' : 'rcv SYN';
  return flags.includes('FIN') ? 'rcv FIN' : 'rcv ACK of SYN';
}

function openPassively(turn: Turn, side: Side, segment: ModelSegment): void {
  const isRequest = turn.departs('request-socket');
  if (!isRequest) turn.listener('moved');
  turn.change(side, {
    state: 'SYN-RECEIVED',
    opening: 'passive',
    entry: isRequest ? 'request' : 'socket',
    receiveNext: (segment.sequence ?? 0) + 1,
  });
  turn.send(side, ['SYN', 'ACK']);
}

/** The second segment of a passive opening (tcp_check_req, net/ipv4/tcp_minisocks.c). */
function arriveAtRequest(turn: Turn, side: Side, segment: ModelSegment): void {
  if (turn.pair.listener !== 'open' && turn.departs('request-outlives-listener')) {
    turn.change(side, { state: 'CLOSED', entry: 'none' });
    return arriveAtPort(turn, side, segment);
  }
  if (segment.flags.includes('RST')) {
    // Back to LISTEN, says the RFC: that is the listener, which never left it.
    turn.ask(side, 'rcv RST');
    turn.change(side, { state: 'CLOSED', entry: 'none' });
    return;
  }
  turn.change(side, { entry: 'socket', holder: 'queue', phase: 'unconnected' });
  completeOpening(turn, side, segment);
}

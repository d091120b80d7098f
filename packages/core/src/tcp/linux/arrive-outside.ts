import type { Side } from './pair.ts';
import { type ModelSegment, segmentLength } from './segment.ts';
import type { Turn } from './turn.ts';

/** A segment for what is kept outside of its socket (tcp_timewait_state_process, net/ipv4/tcp_minisocks.c). */
export function arriveOutside(turn: Turn, side: Side, segment: ModelSegment): void {
  const { state, receiveNext } = turn.pair[side];
  const { flags, sequence, bytes } = segment;
  if (flags.includes('RST')) {
    if (sequence === receiveNext) {
      turn.ask(side, 'rcv RST');
      leaveTable(turn, side);
    }
    return;
  }
  if (state === 'FIN-WAIT-2' && bytes > 0 && turn.departs('orphan-resets-data')) {
    turn.refuse(side, segment);
    leaveTable(turn, side);
    return;
  }
  if (bytes > 0 || flags.includes('FIN')) {
    turn.change(side, { receiveNext: receiveNext + segmentLength(segment) });
    if (flags.includes('FIN')) turn.move(side, 'rcv FIN');
    turn.acknowledge(side);
    return;
  }
  turn.ask(side, 'rcv ACK of FIN');
}

/** A descriptor whose socket the entry stood for keeps what it has. */
function leaveTable(turn: Turn, side: Side): void {
  turn.change(side, { state: 'CLOSED', entry: 'none' });
}

import type { Halves } from './actions.ts';
import { socketState } from './end.ts';
import type { Side } from './pair.ts';
import type { ModelAnswer, Turn } from './turn.ts';

/** shutdown(2) (inet_shutdown, net/ipv4/af_inet.c). */
export function shutDown(turn: Turn, side: Side, half: Halves): ModelAnswer {
  const end = turn.pair[side];
  const state = socketState(end);
  if (state === 'SYN-SENT') return endOpening(turn, side, half);
  if (end.phase === 'connecting') turn.change(side, { phase: notYetConnected(state) });
  if (half !== 'write' && turn.departs('shutdown-read-is-local')) turn.change(side, { readShut: true });
  if (half !== 'read') turn.change(side, { writeShut: true });
  if (state === 'CLOSED') return 'ENOTCONN';
  if (half === 'read') return 0;
  if (state === 'SYN-RECEIVED' && turn.departs('shutdown-waits-for-connection')) return 0;
  return sendFin(turn, side);
}

/** Which `sock->state` shutdown(2) makes of SS_CONNECTING, by the socket's state. */
function notYetConnected(state: string): 'connected' | 'disconnecting' {
  return state === 'SYN-RECEIVED' || state === 'CLOSED' ? 'disconnecting' : 'connected';
}

function endOpening(turn: Turn, side: Side, half: Halves): ModelAnswer {
  if (turn.departs('shutdown-ends-opening')) {
    turn.ask(side, 'CLOSE');
    turn.change(side, { state: 'CLOSED', entry: 'none', phase: 'unconnected', error: 'ECONNRESET' });
    return 0;
  }
  if (half === 'read') turn.change(side, { readShut: true });
  else if (turn.move(side, 'CLOSE').state === 'CLOSED') turn.remove(side);
  return 0;
}

/** The CLOSE of RFC 9293: a FIN where none went out yet. */
export function sendFin(turn: Turn, side: Side): ModelAnswer {
  const answer = turn.move(side, 'CLOSE');
  if (answer.outcome === 'not-allowed') return turn.departs('closing-twice-succeeds') ? 0 : 'ENOTCONN';
  turn.change(side, { writeShut: true });
  if (answer.sends === 'FIN') turn.send(side, ['FIN', 'ACK']);
  return 0;
}

/** close(2) of the only descriptor (__tcp_close, net/ipv4/tcp.c). */
export function close(turn: Turn, side: Side): ModelAnswer {
  if (!letGo(turn, side) || resetUnread(turn, side)) return 0;
  const answered = sendFin(turn, side);
  const { state } = turn.pair[side];
  turn.change(side, { readShut: true, writeShut: true });
  if (state === 'CLOSED') turn.remove(side);
  if (state === 'FIN-WAIT-2' && turn.departs('fin-wait-2-outside-socket')) turn.change(side, { entry: 'outside' });
  return answered;
}

/** close(2) with SO_LINGER of 0 s (tcp_disconnect, net/ipv4/tcp.c). */
export function abort(turn: Turn, side: Side): ModelAnswer {
  if (letGo(turn, side) && !resetUnread(turn, side)) reset(turn, side);
  return 0;
}

/** Frees the descriptor; false where that is all, because its socket is CLOSED whatever the table keeps. */
function letGo(turn: Turn, side: Side): boolean {
  const end = turn.pair[side];
  turn.change(side, { holder: 'nobody' });
  if (end.entry === 'outside') turn.departs('time-wait-outside-socket');
  return socketState(end) !== 'CLOSED';
}

function resetUnread(turn: Turn, side: Side): boolean {
  if (turn.pair[side].unreadBytes === 0 || !turn.departs('unread-data-resets')) return false;
  turn.send(side, ['RST', 'ACK']);
  turn.remove(side);
  return true;
}

/** The ABORT of RFC 9293: tcp_need_reset() names the same states that 3.10.5 sends a RST from. */
export function reset(turn: Turn, side: Side): void {
  const answer = turn.ask(side, 'ABORT');
  if (answer.outcome !== 'not-allowed' && answer.sends === 'RST') turn.send(side, ['RST', 'ACK']);
  turn.remove(side);
}

/** SOCK_DESTROY (tcp_abort, net/ipv4/tcp.c). */
export function destroy(turn: Turn, side: Side): ModelAnswer {
  const { entry, holder } = turn.pair[side];
  if (entry !== 'socket' && turn.departs('destroyed-in-silence')) {
    turn.ask(side, 'ABORT');
    turn.change(side, { state: 'CLOSED', entry: 'none' });
    return 0;
  }
  reset(turn, side);
  if (holder !== 'nobody' && turn.departs('destroyed-keeps-descriptor')) turn.change(side, { error: 'ECONNABORTED' });
  else turn.change(side, { holder: 'nobody' });
  return 0;
}

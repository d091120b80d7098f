import { reset, sendFin } from './ending-calls.ts';
import type { ModelAnswer, Turn } from './turn.ts';

/** close(2) of the listener (inet_csk_listen_stop, net/ipv4/inet_connection_sock.c). */
export function closeListener(turn: Turn): ModelAnswer {
  turn.ask('b', 'CLOSE', 'LISTEN');
  turn.listener('closed');
  const { holder, entry } = turn.pair.b;
  if (holder === 'queue') {
    turn.change('b', { holder: 'nobody' });
    if (entry === 'none') return 0;
    if (turn.departs('listener-close-resets-queue')) reset(turn, 'b');
    else sendFin(turn, 'b');
  } else if (entry === 'request' && !turn.departs('request-outlives-listener')) {
    turn.change('b', { entry: 'socket' });
    sendFin(turn, 'b');
  }
  return 0;
}

/** shutdown(2) of the listener's reading half: tcp_disconnect() ends the listening. */
export function shutDownListener(turn: Turn): ModelAnswer {
  return turn.departs('shutdown-ends-listening') ? closeListener(turn) : 0;
}

/** connect(2) or send(2) on the listener: the RFC lets both turn it into an active opening. */
export function misuseListener(turn: Turn, does: 'connect listener' | 'send on listener'): ModelAnswer {
  const isSend = does === 'send on listener';
  if (turn.departs('listener-stays-listener')) return isSend ? 'EPIPE' : 'EISCONN';
  turn.ask('b', isSend ? 'SEND' : 'active OPEN', 'LISTEN');
  turn.listener('moved');
  return isSend ? 1 : 'EINPROGRESS';
}

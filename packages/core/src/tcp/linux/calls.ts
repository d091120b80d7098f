import { type LinuxEnd, type ModelErrno, socketState } from './end.ts';
import type { Side } from './pair.ts';
import type { ModelAnswer, Turn } from './turn.ts';

/** connect(2): the first call sends the SYN; later ones ask (inet_stream_connect, net/ipv4/af_inet.c). */
export function connect(turn: Turn, side: Side): ModelAnswer {
  const end = turn.pair[side];
  const { sends } = end.holder === 'descriptor' ? turn.ask(side, 'active OPEN') && { sends: null } : opened(turn, side);
  if (sends === 'SYN') {
    turn.change(side, { entry: 'socket', holder: 'descriptor', phase: 'connecting' });
    turn.send(side, ['SYN']);
    return 'EINPROGRESS';
  }
  if (end.phase === 'disconnecting') return 'EINVAL';
  if (end.phase !== 'connecting') return 'EISCONN';
  if (end.state === 'SYN-SENT' || end.state === 'SYN-RECEIVED') return 'EALREADY';
  turn.change(side, { phase: 'connected' });
  return 0;
}

function opened(turn: Turn, side: Side): { readonly sends: string | null } {
  turn.change(side, { opening: 'active' });
  const answer = turn.move(side, 'active OPEN');
  return { sends: answer.outcome === 'moves' ? answer.sends : null };
}

/** accept(2) of the only connection, whatever has become of it. */
export function accept(turn: Turn): ModelAnswer {
  if (turn.pair.b.holder !== 'queue') return 'EAGAIN';
  turn.change('b', { holder: 'descriptor', phase: 'connected' });
  return 0;
}

/** send(2) of a socket that never waits (tcp_sendmsg_locked, net/ipv4/tcp.c). */
export function send(turn: Turn, side: Side, bytes: number): ModelAnswer {
  const end = turn.pair[side];
  const state = socketState(end);
  const answer = turn.ask(side, 'SEND', state);
  if (answer.outcome === 'not-allowed') return takeError(turn, side) ?? 'EPIPE';
  if (answer.outcome === 'stays' && answer.sends === 'data') {
    turn.change(side, { sends: end.sends + 1 });
    turn.send(side, ['ACK'], bytes);
    return bytes;
  }
  if (turn.departs('send-waits-for-connection')) return takeError(turn, side) ?? 'EAGAIN';
  return bytes;
}

/** recv(2) of a socket that never waits, in the order in which tcp_recvmsg_locked (net/ipv4/tcp.c) asks. */
export function read(turn: Turn, side: Side, bytes: number): ModelAnswer {
  const end = turn.pair[side];
  if (end.unreadBytes > 0) return readData(turn, side, end, bytes);
  if (end.unreadFin !== 'none') {
    turn.change(side, { unreadFin: 'none' });
    return 0;
  }
  if (end.ended && !(end.error !== null && !turn.departs('end-of-stream-hides-reset'))) return 0;
  const error = takeError(turn, side);
  if (error !== null) return error;
  if (end.readShut) return 0;
  return socketState(end) === 'CLOSED' ? 'ENOTCONN' : 'EAGAIN';
}

/**
 * The FIN goes with the data where the read wants more than there is, or where it came while data was unread: it is then
 * part of the last buffer (tcp_try_coalesce, net/ipv4/tcp_input.c).
 */
function readData(turn: Turn, side: Side, end: LinuxEnd, bytes: number): number {
  const taken = Math.min(bytes, end.unreadBytes);
  const left = end.unreadBytes - taken;
  const takesFin = left === 0 && (end.unreadFin === 'behind' || bytes > taken);
  turn.change(side, { unreadBytes: left, ...(takesFin ? { unreadFin: 'none' as const } : {}) });
  return taken;
}

/** sock_error(): the error that waits is told once. */
function takeError(turn: Turn, side: Side): ModelErrno | null {
  const { error } = turn.pair[side];
  if (error !== null) turn.change(side, { error: null });
  return error;
}

import { type LinuxEnd, socketState } from './end.ts';
import type { LinuxPair, Side } from './pair.ts';
import type { ModelSegment } from './segment.ts';

/** A half of a connection, or both, as shutdown(2) names them. */
export type Halves = 'read' | 'write' | 'both';

/** Calls that a listener gets beside accept(). */
export type ListenerCall = 'close listener' | 'shut down listener' | 'connect listener' | 'send on listener';

/** What can be done with a pair: a call at one end, the delivery or loss of the oldest segment to one end, time that passes. */
export type ModelAction =
  | { readonly does: 'listen' | 'accept' | ListenerCall }
  | { readonly does: 'connect' | 'close' | 'abort' | 'destroy' | 'deliver' | 'lose'; readonly at: Side }
  | { readonly does: 'send' | 'read'; readonly at: Side; readonly bytes: number }
  | { readonly does: 'shutdown'; readonly at: Side; readonly half: Halves }
  | { readonly does: 'wait' };

/** Ten segments fit the first congestion window (RFC 6928); FIN and SYN need room, too. */
const MOST_SENDS = 6;

/**
 * Whether an action makes sense now: calls need a descriptor, a delivery a segment, SOCK_DESTROY an entry. What an
 * application may do and should not is possible. One connection for each pair: a socket that is CLOSED does not connect anew.
 */
export function isPossible(pair: LinuxPair, action: ModelAction): boolean {
  switch (action.does) {
    case 'listen':
      return pair.listener === 'none' && isUnused(pair.b);
    case 'accept':
    case 'close listener':
    case 'shut down listener':
    case 'connect listener':
    case 'send on listener':
      return pair.listener === 'open' || pair.listener === 'moved';
    case 'lose':
      return isBareAck((action.at === 'a' ? pair.toA : pair.toB)[0]);
    case 'wait':
      return isQuiet(pair);
    case 'connect':
      return canConnect(pair, action.at);
    case 'deliver':
      return (action.at === 'a' ? pair.toA : pair.toB).length > 0;
    case 'destroy':
      return pair[action.at].entry !== 'none';
    case 'send':
      return pair[action.at].holder === 'descriptor' && pair[action.at].sends < MOST_SENDS;
    default:
      return pair[action.at].holder === 'descriptor';
  }
}

/** The only loss that nobody repairs: any other segment would be sent again. */
function isBareAck(segment: ModelSegment | undefined): boolean {
  return segment !== undefined && segment.flags.join() === 'ACK' && segment.bytes === 0;
}

function canConnect(pair: LinuxPair, at: Side): boolean {
  const end = pair[at];
  if (end.holder === 'descriptor') return socketState(end) !== 'CLOSED';
  return isUnused(end) && (at === 'a' || pair.listener === 'none');
}

/** No SYN went out, and so no initial sequence number was chosen. */
function isUnused(end: LinuxEnd): boolean {
  return end.sendNext === 0 && end.holder === 'nobody';
}

/**
 * Nothing that a retransmission timer watches is on its way: after a timeout a socket sends one segment at a time, and its
 * next timeouts are longer than the model's time.
 */
function isQuiet({ a, b, toA, toB }: LinuxPair): boolean {
  return toA.length === 0 && toB.length === 0 && [a, b].every((end) => end.sendUnacknowledged === end.sendNext);
}

const LISTENER_WORDS = {
  listen: 'b listens',
  accept: 'b accepts',
  'close listener': 'b closes its listener',
  'shut down listener': 'b shuts down its listener',
  'connect listener': 'b connects its listener',
  'send on listener': 'b sends on its listener',
} as const satisfies Record<'listen' | 'accept' | ListenerCall, string>;

/** `a sends 10 bytes`, `the oldest segment reaches b`. */
export function describeAction(action: ModelAction): string {
  switch (action.does) {
    case 'listen':
    case 'accept':
    case 'close listener':
    case 'shut down listener':
    case 'connect listener':
    case 'send on listener':
      return LISTENER_WORDS[action.does];
    case 'lose':
      return `the oldest segment to ${action.at}, a bare ACK, is lost`;
    case 'wait':
      return 'time passes: tcp_fin_timeout, 1 s here';
    case 'deliver':
      return `the oldest segment reaches ${action.at}`;
    case 'send':
    case 'read':
      return `${action.at} ${action.does}s ${action.does === 'read' ? 'up to ' : ''}${action.bytes} ${action.bytes === 1 ? 'byte' : 'bytes'}`;
    case 'shutdown':
      return `${action.at} shuts down ${action.half === 'both' ? 'both halves' : `its ${action.half === 'read' ? 'reading' : 'writing'} half`}`;
    case 'destroy':
      return `SOCK_DESTROY of ${action.at}`;
    case 'abort':
      return `${action.at} closes with SO_LINGER of 0 s`;
    default:
      return `${action.at} ${action.does}s`;
  }
}

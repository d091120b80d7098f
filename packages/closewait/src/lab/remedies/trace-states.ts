import type { CellTransition } from '@closewait/core/experiment';
import { step, type TcpEvent, type TcpState } from '@closewait/core/tcp';
import { endOf, type SeenSegment, type Timeline } from './timeline.ts';
import type { CellPorts } from './troupe-view.ts';

type End = 'own' | 'peer';

/** What is known of a connection at the moment of its remedy. */
export interface TraceStart {
  readonly ports: CellPorts;
  readonly zeroMs: number;
  /** Nothing that is sent to it arrives. */
  readonly peerIsDeaf: boolean;
  /** Null: as the last look before the moment says. */
  readonly states: Readonly<Record<End, TcpState>> | null;
}

/** A segment with the end that sent it. */
export interface SentSegment extends SeenSegment {
  readonly by: End;
}

/** All segments of a connection from a moment on, in their order. */
export function segmentsOf(
  { segments }: Pick<Timeline, 'segments'>,
  { own, peer }: CellPorts,
  fromMs: number,
): readonly SentSegment[] {
  const of = (by: End, key: string): SentSegment[] =>
    (segments.get(key) ?? []).filter(({ atMs }) => atMs >= fromMs).map((seen) => ({ ...seen, by }));
  return [...of('own', endOf(own, peer)), ...of('peer', endOf(peer, own))].toSorted((a, b) => a.atMs - b.atMs);
}

/** The states of both ends as the kernel listed them: CLOSED where it listed none. */
function statesAt(states: ReadonlyMap<string, TcpState>, { own, peer }: CellPorts): Record<End, TcpState> {
  return { own: states.get(endOf(own, peer)) ?? 'CLOSED', peer: states.get(endOf(peer, own)) ?? 'CLOSED' };
}

/**
 * How both ends went from state to state: what the segments on the wire mean by RFC 9293, and, where the kernel's list says
 * otherwise twice in a row, what that says. A look comes every 40 ms: segments alone tell of states that last microseconds.
 */
export function traceStates(
  timeline: Pick<Timeline, 'looks' | 'segments'>,
  start: TraceStart,
): readonly CellTransition[] {
  const { ports, zeroMs } = start;
  const before = timeline.looks.findLast(({ atMs }) => atMs <= zeroMs)?.states ?? new Map<string, TcpState>();
  const now = { ...(start.states ?? statesAt(before, ports)) };
  const transitions: CellTransition[] = [
    { atMs: 0, end: 'own', state: now.own, from: 'sock_diag' },
    { atMs: 0, end: 'peer', state: now.peer, from: 'sock_diag' },
  ];
  const enter = (end: End, state: TcpState, atMs: number, from: CellTransition['from']): void => {
    if (now[end] === state) return;
    now[end] = state;
    transitions.push({ atMs: Math.max(0, atMs - zeroMs), end, state, from });
  };
  const wire = new Wire(start.peerIsDeaf, now);
  const segments = segmentsOf(timeline, ports, zeroMs);
  const looks = timeline.looks.filter(({ atMs }) => atMs > zeroMs);
  let next = 0;
  for (const [index, look] of looks.entries()) {
    for (; (segments[next]?.atMs ?? Number.POSITIVE_INFINITY) <= look.atMs; next += 1) {
      const segment = segments[next];
      if (segment === undefined) break;
      for (const [end, state] of wire.take(segment)) enter(end, state, segment.atMs, 'segment');
    }
    const seen = statesAt(look.states, ports);
    const again = looks[index + 1];
    const seenAgain = again === undefined ? seen : statesAt(again.states, ports);
    for (const end of ['own', 'peer'] as const) {
      if (seen[end] === seenAgain[end]) enter(end, seen[end], look.atMs, 'sock_diag');
    }
  }
  return transitions;
}

/** What a segment means to both ends. */
class Wire {
  readonly #peerIsDeaf: boolean;
  readonly #now: Readonly<Record<End, TcpState>>;
  /** SEG.SEQ behind each end's FIN: its acknowledgement. */
  readonly #finEnd: Record<End, number | null> = { own: null, peer: null };

  constructor(peerIsDeaf: boolean, now: Readonly<Record<End, TcpState>>) {
    this.#peerIsDeaf = peerIsDeaf;
    this.#now = now;
  }

  take({ by, segment }: SentSegment): readonly (readonly [End, TcpState])[] {
    const { flags, payloadBytes } = segment;
    const to = by === 'own' ? 'peer' : 'own';
    const isFin = flags.includes('FIN');
    const isReset = flags.includes('RST');
    if (isFin) this.#finEnd[by] = (segment.sequence + payloadBytes + 1) >>> 0;
    const moves: (readonly [End, TcpState])[] = [];
    if (isReset) moves.push(this.#move(by, 'ABORT'));
    // Repeated ones move nothing: LAST-ACK and FIN-WAIT-2 have closed already.
    else if (isFin && this.#now[by] === 'CLOSE-WAIT') moves.push(this.#move(by, 'CLOSE'));
    // A vanished peer hears pure acknowledgements until that of its FIN, and nothing else.
    const isHeard = to === 'own' || !this.#peerIsDeaf || (!isFin && !isReset && payloadBytes === 0);
    if (!isHeard) return moves;
    const acknowledges = flags.includes('ACK') && segment.acknowledgment === this.#finEnd[to];
    if (isReset) moves.push(this.#move(to, 'rcv RST'));
    else if (to === 'peer' && isFin) moves.push(this.#move(to, acknowledges ? 'rcv FIN,ACK of FIN' : 'rcv FIN'));
    else if (acknowledges && ['LAST-ACK', 'FIN-WAIT-1'].includes(this.#now[to])) {
      moves.push(this.#move(to, 'rcv ACK of FIN'));
    }
    return moves;
  }

  #move(end: End, event: TcpEvent): readonly [End, TcpState] {
    const state = this.#now[end];
    // What comes to a connection that is gone, or sends for it, is the kernel's answer to a stray segment.
    if (state === 'CLOSED') return [end, state];
    const { outcome, state: after } = step(state, event);
    return [end, outcome === 'moves' ? after : state];
  }
}

import { type CellCall, type MeasuredCell, REMEDIES, type RemedyCell } from '@closewait/core/experiment';
import type { TcpState } from '@closewait/core/tcp';
import { describeSegments } from './describe-segments.ts';
import type { SlotLine } from './slot-log.ts';
import { endOf } from './timeline.ts';
import { segmentsOf, traceStates } from './trace-states.ts';
import type { PlayedCell, TroupePlayed } from './troupe.ts';
import type { CellPorts } from './troupe-view.ts';

/** More calls than these say nothing new. */
const MOST_CALLS = 12;
/** What the programs write about themselves, and is no call. */
const NO_CALLS = ['connected', 'upstream', 'vanished', 'follow-up', 'passed', 'child'];

/** Judges what was seen of one cell. `servedWithout`: whether the worker serves others with nothing done too. */
export function buildCell(played: PlayedCell, troupe: TroupePlayed, servedWithout: boolean): RemedyCell {
  const { cause, remedy, peer, slot } = played.cell;
  const place = { cause, remedy, peer };
  const zeroMs = findZero(played, troupe);
  if (played.ports === null) return { ...place, outcome: 'not-measured', why: 'the connection was not made' };
  if (played.heldBy === null)
    return { ...place, outcome: 'not-measured', why: 'nothing was found that keeps the socket' };
  if (zeroMs === null) return { ...place, outcome: 'not-measured', why: "the peer's FIN was not seen on the wire" };
  const { ports, heldBy, answer } = played;
  const transitions = traceStates(troupe.timeline, {
    ports,
    zeroMs,
    peerIsDeaf: peer === 'vanished',
    states: startsWithFin(played) ? { own: 'CLOSE-WAIT', peer: 'FIN-WAIT-1' } : null,
  });
  const [start] = transitions;
  if (!hasOtherStart(played) && start?.state !== 'CLOSE-WAIT') {
    return { ...place, outcome: 'not-measured', why: `it was in ${start?.state ?? 'no state'} before the remedy` };
  }
  const left =
    start?.state === 'CLOSE-WAIT'
      ? transitions.find(({ end, state }) => end === 'own' && state !== 'CLOSE-WAIT')
      : undefined;
  const served = findServed(troupe, slot);
  const isLater = ({ call }: SlotLine): boolean => call.startsWith('then ');
  const since = (line: SlotLine): boolean =>
    line.atMs >= zeroMs - 0.5 && (isLater(line) || line.atMs <= troupe.endedAtMs);
  const owner = troupe.owner.of(slot).filter((line) => since(line) && !NO_CALLS.includes(line.call));
  const closed = owner.find(({ call, answer: said }) => call === 'close' && said === 'ok');
  const measured: MeasuredCell = {
    ...place,
    outcome: 'measured',
    answer,
    connection: {
      ...judgeEnd(troupe, ports),
      leftAfterMs: left === undefined ? null : round(left.atMs),
    },
    descriptor: {
      heldBy,
      freed: played.freedAtMs !== null,
      afterMs: played.freedAtMs === null ? null : round(Math.max(0, (closed?.atMs ?? played.freedAtMs) - zeroMs)),
    },
    worker: {
      result: served === null ? 'lost' : servedWithout ? 'free' : 'freed',
      afterMs: served === null || servedWithout ? null : round(Math.max(0, served.atMs - zeroMs)),
    },
    transitions: transitions.map((transition) => ({ ...transition, atMs: round(transition.atMs) })),
    ownerSees: callsOf(
      owner.filter((line) => !isLater(line)),
      zeroMs,
    ),
    ownerWouldSee: owner
      .filter(isLater)
      .map(({ call, answer: said }) => ({ call: call.replace(/^then /, ''), answer: said })),
    peerSees: callsOf(
      troupe.peers.of(slot).filter((line) => since(line) && !NO_CALLS.includes(line.call)),
      zeroMs,
    ),
    segments: describeSegments(segmentsOf(troupe.timeline, ports, zeroMs), zeroMs).map((line) => ({
      ...line,
      atMs: round(line.atMs),
    })),
  };
  return measured;
}

/** The answer to the one who asks, within the watching. Null: nobody serves. */
export function findServed({ peers, endedAtMs }: TroupePlayed, slot: number): SlotLine | null {
  const served = peers.find(slot, 'follow-up');
  return served !== null && served.atMs <= endedAtMs ? served : null;
}

function isInside({ cell: { remedy } }: PlayedCell): boolean {
  return REMEDIES.some(({ id, where }) => id === remedy && where === 'inside');
}

/** A remedy in the program may act as soon as the FIN comes. */
function startsWithFin(played: PlayedCell): boolean {
  return isInside(played);
}

/** Whether it need not be in CLOSE-WAIT: that is what the cell is about. */
function hasOtherStart({ cell: { cause, peer } }: PlayedCell): boolean {
  if (cause === 'closed-but-held') return true;
  return (cause === 'writer-blocked' || cause === 'half-close-in-use') && (peer === 'closed' || peer === 'expired');
}

/** The moment from which a cell's times count. */
function findZero(played: PlayedCell, { timeline }: TroupePlayed): number | null {
  if (played.ports === null) return null;
  if (!startsWithFin(played)) return played.appliedAtMs;
  const { own, peer } = played.ports;
  const fin = timeline.segments.get(endOf(peer, own))?.find(({ segment }) => segment.flags.includes('FIN'));
  return fin?.atMs ?? null;
}

function judgeEnd(
  { timeline }: TroupePlayed,
  { own, peer }: CellPorts,
): Pick<MeasuredCell['connection'], 'result' | 'state'> {
  const state: TcpState = timeline.looks.at(-1)?.states.get(endOf(own, peer)) ?? 'CLOSED';
  if (state === 'CLOSED' || state === 'TIME-WAIT') return { result: 'ended', state };
  return { result: state === 'CLOSE-WAIT' ? 'stayed' : 'moved', state };
}

function callsOf(lines: readonly SlotLine[], zeroMs: number): readonly CellCall[] {
  return lines.slice(0, MOST_CALLS).map(({ atMs, call, answer }) => ({
    atMs: round(Math.max(0, atMs - zeroMs)),
    call: call.replace(/^then /, ''),
    answer,
  }));
}

function round(ms: number): number {
  return Math.round(ms);
}

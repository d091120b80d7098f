import { decodeTcpSegment, encodeTcpSegment, type TcpFlag } from '@closewait/core/codec';
import type { TcpState } from '@closewait/core/tcp';
import { describe, expect, it } from 'vitest';
import { describeSegments } from './describe-segments.ts';
import { endOf, type SeenSegment } from './timeline.ts';
import { segmentsOf, type TraceStart, traceStates } from './trace-states.ts';

const PORTS = { own: 8000, peer: 40_000 };
const START: TraceStart = { ports: PORTS, zeroMs: 100, peerIsDeaf: false, states: null };
const OWN_NEXT = 5000;
const PEER_NEXT = 9001;

/** A segment in the order of the arguments of the header. */
function seen(
  by: 'own' | 'peer',
  atMs: number,
  flags: readonly TcpFlag[],
  {
    sequence = by === 'own' ? OWN_NEXT : PEER_NEXT,
    acknowledgment = by === 'own' ? PEER_NEXT : OWN_NEXT,
    bytes = 0,
  } = {},
): readonly [string, SeenSegment] {
  const [sourcePort, destinationPort] = by === 'own' ? [PORTS.own, PORTS.peer] : [PORTS.peer, PORTS.own];
  const packet = encodeTcpSegment({
    source: { address: '127.0.0.1', port: sourcePort },
    destination: { address: '127.0.0.1', port: destinationPort },
    sequence,
    acknowledgment,
    flags,
    payload: new Uint8Array(bytes),
  });
  const decoded = decodeTcpSegment(packet);
  if (!decoded.ok || decoded.value === null) throw new Error('no segment');
  return [endOf(sourcePort, destinationPort), { atMs, sourcePort, destinationPort, segment: decoded.value }];
}

function timelineOf(
  looks: readonly (readonly [atMs: number, own: TcpState | null, peer: TcpState | null])[],
  segments: readonly (readonly [string, SeenSegment])[] = [],
): Parameters<typeof traceStates>[0] {
  const byEnd = new Map<string, SeenSegment[]>();
  for (const [key, segment] of segments) byEnd.set(key, [...(byEnd.get(key) ?? []), segment]);
  return {
    segments: byEnd,
    looks: looks.map(([atMs, own, peer]) => ({
      atMs,
      states: new Map([
        ...(own === null ? [] : [[endOf(PORTS.own, PORTS.peer), own] as const]),
        ...(peer === null ? [] : [[endOf(PORTS.peer, PORTS.own), peer] as const]),
      ]),
    })),
  };
}

const spell = (timeline: Parameters<typeof traceStates>[0], start: TraceStart = START): readonly string[] =>
  traceStates(timeline, start).map(({ atMs, end, state, from }) => `${atMs} ${end} ${state} ${from}`);

const STUCK = [90, 'CLOSE-WAIT', 'FIN-WAIT-2'] as const;

describe('the states of a cell', () => {
  it('follow from segments where no look could see them', () => {
    const fin = seen('own', 103, ['FIN', 'ACK']);
    const ack = seen('peer', 104, ['ACK'], { acknowledgment: OWN_NEXT + 1 });
    expect(spell(timelineOf([STUCK, [130, null, 'TIME-WAIT'], [170, null, 'TIME-WAIT']], [fin, ack]))).toEqual([
      '0 own CLOSE-WAIT sock_diag',
      '0 peer FIN-WAIT-2 sock_diag',
      '3 own LAST-ACK segment',
      '3 peer TIME-WAIT segment',
      '4 own CLOSED segment',
    ]);
  });

  it('come from the list of the kernel where no segment tells of them, and only when two looks agree', () => {
    const looks = [
      STUCK,
      [130, 'CLOSE-WAIT', null],
      [170, 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [210, null, null],
      [250, null, null],
    ];
    expect(spell(timelineOf(looks as Parameters<typeof timelineOf>[0])).slice(2)).toEqual([
      '110 own CLOSED sock_diag',
      '110 peer CLOSED sock_diag',
    ]);
  });

  it('leave a vanished peer where it is: what is sent there does not arrive', () => {
    const sent = [seen('own', 103, ['FIN', 'ACK']), seen('own', 300, ['FIN', 'ACK']), seen('own', 600, ['RST', 'ACK'])];
    const timeline = timelineOf(
      [
        STUCK,
        [130, 'LAST-ACK', 'FIN-WAIT-2'],
        [170, 'LAST-ACK', 'FIN-WAIT-2'],
        [610, null, 'FIN-WAIT-2'],
        [650, null, 'FIN-WAIT-2'],
      ],
      sent,
    );
    expect(spell(timeline, { ...START, peerIsDeaf: true }).slice(2)).toEqual([
      '3 own LAST-ACK segment',
      '500 own CLOSED segment',
    ]);
  });

  it('end at both ends with a RST that arrives', () => {
    const timeline = timelineOf([STUCK, [130, null, null], [170, null, null]], [seen('own', 101, ['RST', 'ACK'])]);
    expect(spell(timeline).slice(2)).toEqual(['1 own CLOSED segment', '1 peer CLOSED segment']);
  });

  it("begin with the peer's FIN for what the program does itself: one segment may acknowledge it and close", () => {
    const fin = seen('peer', 100, ['FIN', 'ACK'], { sequence: PEER_NEXT - 1 });
    const answer = seen('own', 100.2, ['FIN', 'ACK']);
    const last = seen('peer', 100.3, ['ACK'], { acknowledgment: OWN_NEXT + 1 });
    const timeline = timelineOf(
      [
        [90, 'ESTABLISHED', 'ESTABLISHED'],
        [130, null, 'TIME-WAIT'],
        [170, null, 'TIME-WAIT'],
      ],
      [fin, answer, last],
    );
    const start = { ...START, states: { own: 'CLOSE-WAIT', peer: 'FIN-WAIT-1' } } as const;
    expect(traceStates(timeline, start).map(({ end, state }) => `${end} ${state}`)).toEqual([
      'own CLOSE-WAIT',
      'peer FIN-WAIT-1',
      'own LAST-ACK',
      'peer TIME-WAIT',
      'own CLOSED',
    ]);
  });
});

describe('the segments of a cell', () => {
  const spellLines = (segments: readonly (readonly [string, SeenSegment])[]): readonly string[] =>
    describeSegments(segmentsOf(timelineOf([], segments), PORTS, 100), 100).map(
      ({ atMs, by, says, count }) => `${atMs} ${by} ${says} ${count}`,
    );

  it('count probes and their answers', () => {
    const probe = { sequence: OWN_NEXT - 1 };
    expect(
      spellLines([
        seen('peer', 100, ['FIN', 'ACK'], { sequence: PEER_NEXT - 1 }),
        seen('own', 140, ['ACK']),
        seen('own', 2100, ['ACK'], probe),
        seen('peer', 2100, ['ACK']),
        seen('own', 3100, ['ACK'], probe),
        seen('peer', 3100, ['ACK']),
      ]),
    ).toEqual(['0 peer FIN,ACK 1', '40 own ACK 1', '2000 own probe 2', '2000 peer ACK 2']);
  });

  it('tell data that is sent again from data that is new', () => {
    expect(
      spellLines([
        seen('own', 110, ['PSH', 'ACK'], { bytes: 12 }),
        seen('own', 310, ['PSH', 'ACK'], { bytes: 12 }),
        seen('own', 710, ['PSH', 'ACK'], { bytes: 12 }),
      ]),
    ).toEqual(['10 own PSH,ACK 12 bytes 1', '210 own PSH,ACK 12 bytes again 2']);
  });

  it('end with a line that says how many more there were', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      seen('own', 110 + index, ['PSH', 'ACK'], { sequence: OWN_NEXT + index * 100, bytes: index + 1 }),
    );
    const lines = spellLines(many);
    expect(lines).toHaveLength(16);
    expect(lines.at(-1)).toMatch(/more of both ends 25$/);
  });
});

import { describe, expect, it } from 'vitest';
import { buildCapture } from './build-capture.ts';
import { CaptureAnalysis } from './capture-analysis.ts';
import type { CaptureDocument, CapturedConnectionDocument } from './capture-document.ts';
import { ACK, type CapturedSegment, FIN, RST, SYN } from './captured-segment.ts';

const CLIENT = { address: '192.0.2.1', port: 40_000 };
const SERVER = { address: '192.0.2.2', port: 80 };

/** One segment: who sends, when, its bits, SEG.SEQ, SEG.ACK, octets of data, window. */
type Line = readonly [
  from: 'client' | 'server',
  atMs: number,
  bits: number,
  sequence: number,
  acknowledgment: number,
  payloadBytes?: number,
  window?: number,
];

function toSegment([
  from,
  atMs,
  bits,
  sequence,
  acknowledgment,
  payloadBytes = 0,
  window = 500,
]: Line): CapturedSegment {
  const [source, destination] = from === 'client' ? [CLIENT, SERVER] : [SERVER, CLIENT];
  return { atMs, source, destination, bits, sequence, acknowledgment, payloadBytes, window, isFragment: false };
}

function analyse(
  lines: readonly Line[],
  ending: { readonly endMs?: number; readonly dropped?: number } = {},
): CaptureDocument {
  const analysis = new CaptureAnalysis({ keepsEnded: true });
  for (const segment of lines.map(toSegment)) {
    analysis.add({ atMs: segment.atMs, link: 'Ethernet', isTagged: false, content: { kind: 'segment', segment } });
  }
  const findings = analysis.finish({
    minAgeMs: 1000,
    stoppedMs: ending.endMs ?? null,
    dropped: ending.dropped ?? null,
  });
  return buildCapture(findings, { file: 'x', tool: 'none', damage: null });
}

function only(document: CaptureDocument): CapturedConnectionDocument {
  const all = [...document.owing.flatMap(({ connections }) => connections), ...document.connections];
  expect(all).toHaveLength(1);
  const [connection] = all;
  if (connection === undefined) throw new Error('no connection');
  return connection;
}

function doubtsOf({ doubts }: CapturedConnectionDocument): readonly string[] {
  return doubts.map(({ id }) => id);
}

const HANDSHAKE: readonly Line[] = [
  ['client', 0, SYN, 100, 0],
  ['server', 1, SYN | ACK, 900, 101],
  ['client', 2, ACK, 101, 901],
];
const REQUEST: readonly Line[] = [
  ['client', 10, ACK, 101, 901, 20],
  ['server', 11, ACK, 901, 121, 50],
  ['client', 12, ACK, 121, 951],
];
const CLIENT_FIN: Line = ['client', 1000, FIN | ACK, 121, 951];
const ACK_OF_FIN: Line = ['server', 1040, ACK, 951, 122];
const HALF_CLOSED: readonly Line[] = [...HANDSHAKE, ...REQUEST, CLIENT_FIN, ACK_OF_FIN];

describe('an owed FIN', () => {
  it('is certain where a later acknowledgment of the end itself proves it', () => {
    const connection = only(
      analyse([...HALF_CLOSED, ['client', 76_000, ACK, 121, 951], ['server', 76_001, ACK, 951, 122]]),
    );
    expect(connection).toMatchObject({ verdict: 'half-closed', confidence: 'certain', doubts: [] });
    expect(connection.owes).toMatchObject({ endpoint: '192.0.2.2:80', ageMs: 75_001, provenMs: 74_961 });
    expect(connection.ends.map(({ state }) => state)).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
  });

  it('is only likely where nothing was heard later', () => {
    const connection = only(analyse(HALF_CLOSED, { endMs: 60_000 }));
    expect(connection).toMatchObject({ verdict: 'half-closed', confidence: 'likely' });
    expect(doubtsOf(connection)).toEqual(['no-later-proof']);
    expect(connection.owes).toMatchObject({ ageMs: 59_000, provenMs: 0 });
  });

  it('is not proven by a keep-alive probe of the end itself', () => {
    // At SND.NXT - 1: were its FIN sent and lost to the capture, the probe would look the same.
    const connection = only(analyse([...HALF_CLOSED, ['server', 70_000, ACK, 950, 122]]));
    expect(connection.confidence).toBe('likely');
  });

  it('is not proven while a closed window hides where the end stands', () => {
    const connection = only(
      analyse([...HALF_CLOSED, ['client', 75_000, ACK, 121, 951, 0, 0], ['server', 76_001, ACK, 951, 122]]),
    );
    expect(connection.confidence).toBe('likely');
    expect(connection.ends[0].windowClosedSince).toBe('1970-01-01T00:01:15.000Z');
  });

  it('is not proven while data of the end wait to be acknowledged', () => {
    // Where a window shrinks Linux acknowledges from its edge, and not from SND.NXT.
    const waiting: readonly Line[] = [
      ['server', 2000, ACK, 951, 122, 10],
      ['client', 75_000, ACK, 121, 951],
      ['server', 75_001, ACK, 961, 122],
    ];
    expect(only(analyse([...HALF_CLOSED, ...waiting], { endMs: 90_000 })).confidence).toBe('likely');
  });

  it('is only possible where the FIN was never acknowledged', () => {
    const again: Line = ['client', 3000, FIN | ACK, 121, 951];
    const connection = only(analyse([...HANDSHAKE, ...REQUEST, CLIENT_FIN, again], { endMs: 60_000 }));
    expect(connection).toMatchObject({ verdict: 'half-closed', confidence: 'possible' });
    expect(doubtsOf(connection)).toContain('fin-not-acknowledged');
    expect(connection.ends.map(({ state, statesIfLost, finSends }) => ({ state, statesIfLost, finSends }))).toEqual([
      { state: 'FIN-WAIT-1', statesIfLost: [], finSends: 2 },
      { state: 'CLOSE-WAIT', statesIfLost: ['ESTABLISHED'], finSends: 0 },
    ]);
  });

  it('is only possible where the capture dropped packets', () => {
    const connection = only(analyse(HALF_CLOSED, { endMs: 60_000, dropped: 3 }));
    expect(connection.confidence).toBe('possible');
    expect(doubtsOf(connection)).toContain('capture-dropped');
  });

  it('is not judged where the capture ends too soon', () => {
    const connection = only(analyse(HALF_CLOSED, { endMs: 1900 }));
    expect(connection).toMatchObject({ verdict: 'cannot-say', owes: { endpoint: '192.0.2.2:80' } });
    expect(doubtsOf(connection)).toEqual(['too-young']);
  });

  it('may have been sent where the last octet of the end was not captured', () => {
    // The client acknowledges one octet that was never seen: data, or the FIN.
    const connection = only(analyse([...HALF_CLOSED, ['client', 2000, ACK, 122, 952]], { endMs: 60_000 }));
    expect(connection.verdict).toBe('cannot-say');
    expect(doubtsOf(connection)).toEqual(['fin-may-be-missing']);
  });

  it('may have been sent before a capture that joined in the middle', () => {
    const connection = only(analyse([CLIENT_FIN, ACK_OF_FIN], { endMs: 60_000 }));
    expect(connection).toMatchObject({ verdict: 'cannot-say', opening: 'not-seen' });
    expect(doubtsOf(connection)).toEqual(['started-late']);
  });

  it('has not been sent before that where the end still sent data', () => {
    const connection = only(analyse([...REQUEST, CLIENT_FIN, ACK_OF_FIN], { endMs: 60_000 }));
    expect(connection).toMatchObject({ verdict: 'half-closed', confidence: 'likely', opening: 'not-seen' });
  });

  it('cannot be told where only one direction was captured', () => {
    const connection = only(
      analyse(
        HALF_CLOSED.filter(([from]) => from === 'client'),
        { endMs: 60_000 },
      ),
    );
    expect(connection.verdict).toBe('cannot-say');
    expect(doubtsOf(connection)).toEqual(['one-direction', 'fin-may-be-missing']);
    expect(connection.ends[1].state).toBeNull();
  });

  it('is only possible in a capture of control bits alone', () => {
    const control = HALF_CLOSED.filter(([, , bits]) => (bits & (SYN | FIN | RST)) !== 0);
    const document = analyse(control, { endMs: 60_000 });
    const connection = only(document);
    expect(connection).toMatchObject({ verdict: 'half-closed', confidence: 'possible' });
    expect(doubtsOf(connection)).toEqual(['control-only', 'fin-not-acknowledged', 'no-later-proof']);
    expect(document.notes.map(({ id }) => id)).toContain('control-only');
  });

  it('is in use as long as the end still sends, by its own measure', () => {
    const sends: readonly Line[] = [
      ['server', 3000, ACK, 951, 122, 10],
      ['client', 3001, ACK, 122, 961],
      ['server', 8000, ACK, 961, 122, 10],
      ['client', 8001, ACK, 122, 971],
    ];
    expect(only(analyse([...HALF_CLOSED, ...sends], { endMs: 12_000 })).verdict).toBe('half-close-in-use');
    const silent = only(analyse([...HALF_CLOSED, ...sends], { endMs: 14_000 }));
    // Data prove nothing: they may have been sent again, with a FIN behind them.
    expect(silent).toMatchObject({ verdict: 'half-closed', confidence: 'likely', owes: { octetsAfterFin: 20 } });
    const asked: readonly Line[] = [
      ['client', 76_000, ACK, 121, 971],
      ['server', 76_001, ACK, 971, 122],
    ];
    const proven = only(analyse([...HALF_CLOSED, ...sends, ...asked]));
    expect(proven).toMatchObject({ verdict: 'half-closed', confidence: 'certain', owes: { provenMs: 74_961 } });
  });
});

describe('a connection', () => {
  it('has closed both ways, and how long that took is told', () => {
    const document = analyse([...HALF_CLOSED, ['server', 3500, FIN | ACK, 951, 122], ['client', 3501, ACK, 122, 952]]);
    expect(only(document)).toMatchObject({ verdict: 'closed', betweenFinsMs: 2500 });
    expect(only(document).ends.map(({ state, statesIfLost }) => [...statesIfLost, state])).toEqual([
      ['TIME-WAIT'],
      ['LAST-ACK', 'CLOSED'],
    ]);
    expect(document.slowestClose).toEqual(only(document));
  });

  it('passes through CLOSING where both close at once', () => {
    const both: readonly Line[] = [
      CLIENT_FIN,
      ['server', 1000.1, FIN | ACK, 951, 121],
      ['client', 1001, ACK, 122, 952],
    ];
    const before = only(analyse([...HANDSHAKE, ...REQUEST, ...both]));
    expect(before.ends.map(({ state }) => state)).toEqual(['CLOSING', 'TIME-WAIT']);
    expect(before.ends[1].statesIfLost).toEqual(['FIN-WAIT-1', 'CLOSING', 'FIN-WAIT-2']);
  });

  it('opens from both sides at once', () => {
    const connection = only(
      analyse([
        ['client', 0, SYN, 100, 0],
        ['server', 0.1, SYN, 900, 0],
        ['client', 0.2, SYN | ACK, 100, 901],
        ['server', 0.3, SYN | ACK, 900, 101],
      ]),
    );
    expect(connection.ends.map(({ state }) => state)).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(connection.verdict).toBe('open');
  });

  it('ends with a RST at the right place, and goes on after one elsewhere', () => {
    const elsewhere: Line = ['server', 2000, RST, 940, 0];
    const stray = only(analyse([...HALF_CLOSED, elsewhere], { endMs: 60_000 }));
    expect(stray).toMatchObject({ verdict: 'half-closed', strays: 1 });
    const reset = only(analyse([...HALF_CLOSED, ['server', 2000, RST, 951, 0]], { endMs: 60_000 }));
    expect(reset).toMatchObject({ verdict: 'reset', resetBy: '192.0.2.2:80' });
  });

  it('is disputed where an end goes on after a RST that it should have taken', () => {
    const connection = only(
      analyse([...HANDSHAKE, ...REQUEST, ['server', 500, RST, 951, 0], ['server', 9000, ACK, 951, 121, 5]]),
    );
    expect(connection.verdict).toBe('cannot-say');
    expect(doubtsOf(connection)).toEqual(['reset-disputed']);
  });

  it('was refused, or never answered', () => {
    const syn: Line = ['client', 0, SYN, 100, 0];
    expect(only(analyse([syn, ['server', 1, RST | ACK, 0, 101]]))).toMatchObject({ verdict: 'reset' });
    expect(only(analyse([syn, ['client', 1000, SYN, 100, 0]]))).toMatchObject({ verdict: 'unanswered' });
  });

  it('makes way for another one between the same endpoints', () => {
    const document = analyse([
      ...HALF_CLOSED,
      ['client', 90_000, SYN, 5000, 0],
      ['server', 90_001, SYN | ACK, 7000, 5001],
      ['client', 90_002, ACK, 5001, 7001],
    ]);
    expect(document.connections.map(({ verdict, doubts }) => [verdict, ...doubts.map(({ id }) => id)])).toEqual([
      ['cannot-say', 'replaced'],
      ['open'],
    ]);
  });

  it('does not make way for a SYN that is answered with a challenge', () => {
    const document = analyse([...HALF_CLOSED, ['client', 90_000, SYN, 5000, 0], ['server', 90_001, ACK, 951, 122]], {
      endMs: 95_000,
    });
    expect(only(document)).toMatchObject({ verdict: 'half-closed', confidence: 'certain' });
  });

  it('whose numbers contradict each other is not judged', () => {
    const connection = only(analyse([...HALF_CLOSED, ['client', 2000, ACK, 122, 951, 10]], { endMs: 60_000 }));
    expect(doubtsOf(connection)).toEqual(['contradiction']);
  });
});

describe('the whole capture', () => {
  it('is bounded: too many connections are forgotten, and that is said', () => {
    const analysis = new CaptureAnalysis({ limits: { connections: 100 } });
    for (let port = 1; port <= 150; port++) {
      const segment = { ...toSegment(['client', port, SYN, 1, 0]), source: { ...CLIENT, port } };
      analysis.add({ atMs: port, link: 'Ethernet', isTagged: false, content: { kind: 'segment', segment } });
    }
    const findings = analysis.finish({ minAgeMs: 1000, stoppedMs: null, dropped: null });
    expect(findings.forgotten + findings.verdicts.unanswered).toBe(150);
    expect(findings.forgotten).toBeGreaterThanOrEqual(50);
    const document = buildCapture(findings, { file: 'x', tool: 'none', damage: null });
    expect(document.notes.map(({ id }) => id)).toContain('forgotten');
  });

  it('hands on what has ended, and counts it', () => {
    const analysis = new CaptureAnalysis();
    for (let port = 1; port <= 1000; port++) {
      const lines: readonly Line[] = [
        ['client', port * 1000, SYN, 1, 0],
        ['server', port * 1000 + 1, RST | ACK, 0, 2],
      ];
      for (const line of lines) {
        const segment = toSegment(line);
        const [source, destination] =
          line[0] === 'client' ? [{ ...CLIENT, port }, SERVER] : [SERVER, { ...CLIENT, port }];
        const content = { kind: 'segment', segment: { ...segment, source, destination } } as const;
        analysis.add({ atMs: segment.atMs, link: 'Ethernet', isTagged: false, content });
      }
    }
    const { connections, verdicts } = analysis.finish({ minAgeMs: 1000, stoppedMs: null, dropped: null });
    expect({ listed: connections.length, reset: verdicts.reset }).toEqual({ listed: 0, reset: 1000 });
  });
});

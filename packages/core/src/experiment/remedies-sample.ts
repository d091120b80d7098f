import type { MeasuredCell, RemediesDocument, RemedyCell } from './remedies-document.ts';
import { PEERS, REMEDIES } from './remedies-vocabulary.ts';

/** A made-up cell in which nothing happened: still in CLOSE-WAIT, everything held. For tests. */
export function sampleCell(changes: Partial<MeasuredCell> = {}): MeasuredCell {
  return {
    cause: 'descriptor-leaked',
    remedy: 'none',
    peer: 'half-closed',
    outcome: 'measured',
    answer: null,
    connection: { result: 'stayed', leftAfterMs: null, state: 'CLOSE-WAIT' },
    descriptor: { heldBy: 'descriptor', freed: false, afterMs: null },
    worker: { result: 'free', afterMs: null },
    transitions: [
      { atMs: 0, end: 'own', state: 'CLOSE-WAIT', from: 'sock_diag' },
      { atMs: 0, end: 'peer', state: 'FIN-WAIT-2', from: 'sock_diag' },
    ],
    ownerSees: [],
    ownerWouldSee: [],
    peerSees: [],
    segments: [],
    ...changes,
  };
}

/** A document with these cells and every column. */
export function sampleRemedies(cells: readonly RemedyCell[]): RemediesDocument {
  return {
    schema: 'closewait/remedies/v1',
    takenAt: '2026-11-26T10:00:00.000Z',
    host: { name: 'lab', kernel: 'Linux 6.18' },
    tookMs: 60_000,
    watchedMs: 8000,
    sysctls: { tcp_fin_timeout: 1 },
    causes: [...new Set(cells.map(({ cause }) => cause))],
    remedies: REMEDIES,
    peers: PEERS,
    cells,
  };
}

import {
  type CellVerdict,
  judgeCell,
  type MeasuredCell,
  PEERS,
  type PeerId,
  REMEDIES,
  type RemedyCause,
  type RemedyCell,
  type RemedyId,
} from '@closewait/core/experiment';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSockets } from '../../packages/closewait/src/cli/read-sockets.ts';
import { runRemedies } from '../../packages/closewait/src/lab/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

const CAUSES: readonly RemedyCause[] = [
  'never-accepted',
  'half-close-in-use',
  'writer-blocked',
  'half-closed-relay',
  'worker-stuck',
  'descriptor-leaked',
];

let cells: readonly RemedyCell[] = [];

beforeAll(async () => {
  const { signal } = new AbortController();
  const remedies = REMEDIES.map(({ id }) => id);
  ({ cells } = await runRemedies({ causes: CAUSES, remedies, signal, readSockets, onProgress: () => undefined }));
});

function cellOf(cause: RemedyCause, remedy: RemedyId, peer: PeerId): MeasuredCell {
  const cell = cells.find((one) => one.cause === cause && one.remedy === remedy && one.peer === peer);
  if (cell?.outcome !== 'measured') throw new Error(`${cause} ${remedy} ${peer}: ${cell?.why ?? 'no cell'}`);
  return cell;
}

function verdictsOf(cause: RemedyCause, remedy: RemedyId): readonly CellVerdict[] {
  return PEERS.map(({ id }) => judgeCell(cellOf(cause, remedy, id)));
}

const statesOf = ({ transitions }: MeasuredCell, end: 'own' | 'peer'): readonly string[] =>
  transitions.filter((one) => one.end === end).map(({ state }) => state);

/** Peers in the order A, B, C, V. Measured on Linux 6.18 by other programs (docs/evidence.md tells how). */
const FORGOTTEN: readonly (readonly [RemedyId, readonly CellVerdict[]])[] = [
  ['none', ['none', 'none', 'none', 'none']],
  ['read-rule', ['none', 'none', 'none', 'none']],
  ['sweep', ['all', 'all', 'all', 'leaving']],
  ['heartbeat', ['none', 'all', 'all', 'none']],
  ['heartbeat-and-timeout', ['none', 'all', 'all', 'all']],
  ['keepalive-system', ['none', 'none', 'connection', 'connection']],
  ['keepalive-socket', ['none', 'none', 'connection', 'connection']],
  ['keepalive-outside', ['none', 'none', 'connection', 'connection']],
  ['user-timeout', ['none', 'none', 'none', 'none']],
  ['timeout-outside', ['none', 'none', 'none', 'none']],
  ['keepalive-and-timeout', ['none', 'none', 'connection', 'connection']],
  ['sysctl-keepalive', ['none', 'none', 'none', 'none']],
  ['sysctl-alone', ['none', 'none', 'none', 'none']],
  ['rdhup', ['all', 'all', 'all', 'leaving']],
  ['destroy', ['connection', 'connection', 'connection', 'connection']],
  ['shutdown-read', ['none', 'none', 'none', 'none']],
  ['shutdown-write', ['connection', 'connection', 'connection', 'last-ack']],
  ['shutdown-both', ['connection', 'connection', 'connection', 'last-ack']],
  ['raise-limit', ['none', 'none', 'none', 'none']],
  ['restart', ['all', 'all', 'all', 'leaving']],
];

describe('the matrix of remedies on this kernel', () => {
  it('measures every cell that makes sense', () => {
    expect(cells.filter(({ outcome }) => outcome === 'not-measured')).toEqual([]);
    expect(cells).toHaveLength(CAUSES.length * REMEDIES.length * PEERS.length);
  });

  it.each(FORGOTTEN)('a forgotten connection: %s gives back %j', (remedy, verdicts) => {
    expect(verdictsOf('descriptor-leaked', remedy)).toEqual(verdicts);
  });

  it('keepalive and a peer that is half-closed and alive: every probe is answered, and nothing changes', () => {
    const { segments, transitions } = cellOf('descriptor-leaked', 'keepalive-system', 'half-closed');
    const count = (by: string, says: string): number =>
      segments.find((segment) => segment.by === by && segment.says === says)?.count ?? 0;
    expect(count('own', 'probe')).toBeGreaterThanOrEqual(3);
    expect(count('peer', 'ACK')).toBe(count('own', 'probe'));
    expect(transitions.filter(({ end }) => end === 'own')).toHaveLength(1);
  });

  it('keepalive and a peer that is gone: one probe and its RST, or probes without an answer and the time limit', () => {
    const expired = cellOf('descriptor-leaked', 'keepalive-system', 'expired');
    expect(expired.segments.map(({ by, says }) => `${by} ${says}`).slice(-2)).toEqual(['own probe', 'peer RST']);
    const vanished = cellOf('descriptor-leaked', 'keepalive-system', 'vanished');
    // 2 s idle and three probes, one a second; what is over goes by the kernel's clock of 4 ms or more.
    expect(vanished.connection.leftAfterMs).toBeGreaterThanOrEqual(4900);
    expect(vanished.ownerWouldSee).toContainEqual({ call: 'send', answer: 'ETIMEDOUT' });
  });

  it('SOCK_DESTROY: the peer gets a RST, the program keeps a descriptor that reads to the end and then 0', () => {
    const cell = cellOf('descriptor-leaked', 'destroy', 'half-closed');
    expect(cell.peerSees.map(({ call, answer }) => `${call} ${answer}`)).toEqual(['recv ECONNRESET']);
    expect(cell.segments).toEqual([expect.objectContaining({ by: 'own', says: 'RST,ACK', count: 1 })]);
    expect(cell.ownerWouldSee.map(({ call, answer }) => `${call} ${answer}`)).toEqual([
      'poll IN|OUT|RDHUP|HUP|ERR',
      'recv 0',
      'send ECONNABORTED',
      'send EPIPE',
    ]);
  });

  it('shutdown from outside: through LAST-ACK, and the peer reads 0', () => {
    const cell = cellOf('descriptor-leaked', 'shutdown-both', 'half-closed');
    expect(statesOf(cell, 'own')).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
    expect(statesOf(cell, 'peer')).toEqual(['FIN-WAIT-2', 'TIME-WAIT']);
    expect(cell.peerSees.map(({ answer }) => answer)).toEqual(['0']);
    const vanished = cellOf('descriptor-leaked', 'shutdown-both', 'vanished');
    expect(vanished.segments.find(({ says }) => says === 'FIN,ACK again')?.count).toBeGreaterThan(1);
  });

  it('a blocked writer: TCP_USER_TIMEOUT, from inside or outside, and SOCK_DESTROY free all of it', () => {
    for (const remedy of ['user-timeout', 'timeout-outside', 'destroy'] as const) {
      for (const peer of ['half-closed', 'vanished'] as const) {
        const cell = cellOf('writer-blocked', remedy, peer);
        expect([remedy, peer, judgeCell(cell), cell.worker.result]).toEqual([remedy, peer, 'all', 'freed']);
        const error = remedy === 'destroy' ? 'ECONNABORTED' : 'ETIMEDOUT';
        expect(cell.ownerSees.map(({ call, answer }) => `${call} ${answer}`)).toEqual([`send ${error}`, 'close ok']);
      }
    }
  });

  it('a blocked writer: keepalive and SO_SNDTIMEO change nothing, and a close elsewhere hides the holder', () => {
    for (const remedy of ['keepalive-system', 'keepalive-outside', 'send-timeout-outside', 'shutdown-read'] as const) {
      expect([remedy, judgeCell(cellOf('writer-blocked', remedy, 'half-closed'))]).toEqual([remedy, 'none']);
    }
    expect(judgeCell(cellOf('writer-blocked', 'sweep', 'half-closed'))).toBe('hidden');
    const shut = cellOf('writer-blocked', 'shutdown-write', 'half-closed');
    expect([judgeCell(shut), shut.connection.state]).toEqual(['leaving', 'LAST-ACK']);
  });

  it('a half-closed relay: its FIN-WAIT-2 leg is the handle, for reading or both, not for writing', () => {
    expect(verdictsOf('half-closed-relay', 'other-leg-read')).toEqual(['all', 'all', 'all', 'leaving']);
    expect(verdictsOf('half-closed-relay', 'other-leg-both')).toEqual(['all', 'all', 'all', 'leaving']);
    expect(verdictsOf('half-closed-relay', 'other-leg-write')).toEqual(['none', 'none', 'none', 'none']);
    expect(verdictsOf('half-closed-relay', 'shutdown-both')).toEqual(verdictsOf('descriptor-leaked', 'shutdown-both'));
  });

  it('a stuck worker stays lost, whoever closes its connection', () => {
    for (const remedy of ['sweep', 'rdhup'] as const) {
      expect(verdictsOf('worker-stuck', remedy)).toEqual(['no-worker', 'no-worker', 'no-worker', 'no-worker']);
    }
    expect(cellOf('worker-stuck', 'destroy', 'half-closed').worker.result).toBe('lost');
    expect(cellOf('worker-stuck', 'restart', 'half-closed').worker.result).toBe('freed');
  });

  it('a connection that nobody accepted: SOCK_DESTROY leaves its place in the queue taken, the listener frees it', () => {
    const destroyed = cellOf('never-accepted', 'destroy', 'half-closed');
    expect(destroyed.descriptor).toMatchObject({ heldBy: 'accept-queue', freed: false });
    expect(destroyed.connection.result).toBe('ended');
    const shut = cellOf('never-accepted', 'listener-shutdown', 'half-closed');
    expect(shut.descriptor.freed).toBe(true);
    expect(shut.peerSees.map(({ answer }) => answer)).toEqual(['ECONNRESET']);
  });

  it('a half-close in use goes on beside keepalive, and is cut off by the read rule and EPOLLRDHUP', () => {
    expect(judgeCell(cellOf('half-close-in-use', 'keepalive-system', 'half-closed'))).toBe('none');
    expect(judgeCell(cellOf('half-close-in-use', 'sweep', 'half-closed'))).toBe('none');
    for (const remedy of ['read-rule', 'rdhup', 'destroy'] as const) {
      expect([remedy, judgeCell(cellOf('half-close-in-use', remedy, 'half-closed'))]).toEqual([remedy, 'cut']);
    }
  });
});

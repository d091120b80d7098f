import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleInfo, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { known, unknown } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { queueEvidence } from './queue-facts.ts';
import { Tally } from './tally.ts';

const connection: fc.Arbitrary<StuckConnection> = fc
  .record({
    ms: fc.option(fc.nat(4_000_000)),
    is: fc.constantFrom('exact', 'at-least'),
    fds: fc.array(fc.record({ pid: fc.nat(3), tid: fc.nat(3), fd: fc.nat(9) }), { maxLength: 4 }),
    rxQueueBytes: fc.nat(3),
    txQueueBytes: fc.nat(1),
    bytes: fc.option(fc.record({ bytesReceived: fc.nat(3), bytesSent: fc.nat(1) })),
  })
  .map(({ ms, is, fds, bytes, ...queues }) => ({
    socket: sampleSocket({
      ...queues,
      info: bytes === null ? unknown('unsupported', 'old') : known(sampleInfo(bytes)),
    }),
    holders: fds,
    age: { ms, is },
  }));
const list = fc.array(connection);

function told({ arrivals, holding, queues }: Tally, all: number): object {
  return {
    windows: arrivals.windows,
    oldestExactMs: arrivals.oldestExactMs,
    pids: holding.pids,
    lowestFd: holding.lowestFd,
    several: holding.several,
    held: holding.held,
    evidence: queueEvidence(queues, all),
    parts: queues.inOrder,
  };
}

describe('Tally', () => {
  it('of two groups together is that of all of their connections', () => {
    fc.assert(
      fc.property(list, list, fc.nat(5000), (some, others, minAgeMs) => {
        const both = Tally.of(some, minAgeMs);
        both.addAll(Tally.of(others, minAgeMs));
        const all = [...some, ...others];
        expect(told(both, all.length)).toEqual(told(Tally.of(all, minAgeMs), all.length));
      }),
    );
  });

  it('counts holders as they are', () => {
    fc.assert(
      fc.property(list, (connections) => {
        const { holding } = Tally.of(connections, 0);
        const holders = connections.flatMap((one) => one.holders);
        const shared = connections.filter((one) => new Set(one.holders.map(({ pid }) => pid)).size > 1);
        expect(holding.pids).toEqual(new Set(holders.map(({ pid }) => pid)));
        expect(holding.lowestFd).toBe(Math.min(...holders.map(({ fd }) => fd)));
        expect(holding.several).toBe(shared.length);
        expect(holding.held).toBe(connections.filter((one) => one.holders.length > 0).length);
      }),
    );
  });
});

import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sampleCloseLook,
  sampleFacts,
  sampleInfo,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-facts.ts';
import { type Facts, type Holder, type HolderMap, known } from '../facts/index.ts';
import { chooseSuspects, diagnose } from './index.ts';

/** Answers the quick questions too, as a walk over descriptors does. */
class QuickHolders extends Map<number, readonly Holder[]> implements HolderMap {
  onlyPidOf(inode: number): number {
    const holders = this.get(inode) ?? [];
    return holders.length === 1 ? (holders[0]?.pid ?? 0) : 0;
  }

  onlyFdOf(inode: number): number {
    return this.get(inode)?.[0]?.fd ?? -1;
  }
}

const sockets = array(
  record({
    pids: constantFrom<readonly number[]>([4121], [4122], [4121, 4122], []),
    listened: constantFrom(true, false),
    rxQueueBytes: constantFrom(0, 1, 10, 19),
    txQueueBytes: constantFrom(0, 0, 5),
    bytesSent: constantFrom(0, 7),
    ageMs: integer({ min: 0, max: 5000 }),
  }),
  { maxLength: 30 },
);

function factsOf(rows: readonly Row[]): Facts {
  return sampleFacts({
    sockets: rows.map(({ listened, rxQueueBytes, txQueueBytes, bytesSent, ageMs }, index) =>
      sampleSocket({
        inode: 1000 + index,
        cookie: BigInt(index),
        rxQueueBytes,
        txQueueBytes,
        local: { address: '10.0.0.1', port: listened ? 8080 : 9090 },
        info: known(
          sampleInfo({
            bytesReceived: 19,
            bytesSent,
            bytesAcked: bytesSent,
            lastAckReceivedMs: ageMs,
            lastDataReceivedMs: ageMs,
          }),
        ),
      }),
    ),
    listeners: [sampleListener()],
    holders: [
      [600, { pid: 4121, tid: 4121, fd: 3 }],
      ...rows.flatMap(({ pids }, index) =>
        pids.map((pid): [number, Holder] => [1000 + index, { pid, tid: pid, fd: 10 + index }]),
      ),
    ],
    processes: [sampleProcess(), sampleProcess({ pid: 4122, parentPid: known(4121) })],
    closeLook: sampleCloseLook(),
  });
}

interface Row {
  readonly pids: readonly number[];
  readonly listened: boolean;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
  readonly bytesSent: number;
  readonly ageMs: number;
}

/** What can be compared: a list of connections is gone through in one way or the other. */
function plain(facts: Facts): unknown {
  const { findings, descriptors, ...counts } = diagnose(facts, { minAgeMs: 1000 });
  const { pids, inodes, hidden } = chooseSuspects(facts, { minAgeMs: 1000 });
  return {
    ...counts,
    descriptors: [...descriptors].sort(([a], [b]) => a - b),
    findings: findings.map((finding) => ({
      ...finding,
      connections: finding.connections.map(({ socket, age }) => ({ inode: socket.inode, age })),
    })),
    pids: [...pids].sort((a, b) => a - b),
    inodes: [...inodes],
    hidden: [...hidden],
  };
}

describe('a diagnosis', () => {
  it('is the same where who holds a socket alone is told without a list', () => {
    assert(
      property(sockets, (rows) => {
        const facts = factsOf(rows);
        expect(plain({ ...facts, holders: new QuickHolders(facts.holders) })).toEqual(plain(facts));
      }),
    );
  });
});

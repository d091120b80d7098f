import { describe, expect, it } from 'vitest';
import {
  sampleFacts,
  sampleInfo,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-facts.ts';
import { known, type SocketFacts, type TcpInfo, unknown } from '../facts/index.ts';
import { buildSequence } from './build-sequence.ts';

const HOLDER = { pid: 4121, tid: 4121, fd: 7 };
const FACTS = sampleFacts({ holders: [[600, { ...HOLDER, fd: 3 }]], processes: [sampleProcess()] });

/** The steps as `peer>kernel FIN`; what has not happened with a question mark. */
function steps(change: Partial<SocketFacts>, info: Partial<TcpInfo> | null = {}, isServer = true): readonly string[] {
  const socket = sampleSocket({
    ...change,
    info: info === null ? unknown('unsupported', 'no tcp_info') : known(sampleInfo(info)),
  });
  const connection = { socket, holders: [HOLDER], age: { ms: 60_000, is: 'exact' } } as const;
  const listener = isServer ? sampleListener() : null;
  return buildSequence(connection, listener, undefined, FACTS).steps.map(
    ({ from, to, says, done }) => `${from}>${to} ${says}${done ? '' : '?'}`,
  );
}

const OWED = ['program>kernel close?', 'kernel>peer FIN?'];
const FIN = ['peer>kernel FIN', 'kernel>peer ACK of the FIN'];

describe('buildSequence', () => {
  it('tells unread from read by the queue, in which an unread FIN counts as one byte', () => {
    expect(steps({ rxQueueBytes: 19 })).toEqual([
      'peer>kernel 18 bytes',
      ...FIN,
      'kernel>program 18 B + FIN, unread?',
      ...OWED,
    ]);
    expect(steps({ rxQueueBytes: 1 })).toEqual([
      'peer>kernel 18 bytes',
      'kernel>program reads 18 bytes',
      ...FIN,
      'kernel>program FIN, unread?',
      ...OWED,
    ]);
    expect(steps({ rxQueueBytes: 0 })).toEqual([
      'peer>kernel 18 bytes',
      'kernel>program reads 18 bytes',
      ...FIN,
      'kernel>program takes the FIN',
      ...OWED,
    ]);
  });

  it('puts what was sent after the FIN behind it, and says what the peer does not take', () => {
    const sent = { bytesSent: 500, bytesAcked: 300 };
    expect(steps({ txQueueBytes: 200 }, { ...sent, lastDataSentMs: 1000 }).slice(1, 5)).toEqual([
      ...FIN,
      'kernel>peer 300 bytes',
      'kernel>peer 200 B, not taken?',
    ]);
    expect(steps({}, { ...sent, lastDataSentMs: 90_000 }).slice(1, 2)).toEqual(['kernel>peer 300 bytes']);
  });

  it("leaves the SYN out of what a client's peer has acknowledged", () => {
    expect(steps({}, { bytesSent: 299, bytesAcked: 300 }, false)).toContain('kernel>peer 299 bytes');
  });

  it('owes accept first where nobody accepted', () => {
    expect(steps({ inode: 0 }).slice(-3)).toEqual(['program>kernel accept?', ...OWED]);
  });

  it('says nothing of bytes where the kernel told nothing', () => {
    expect(steps({}, null)).toEqual([...FIN, 'kernel>program 18 B + FIN, unread?', ...OWED]);
  });

  it('names the process of the listener for a connection that waits in its queue', () => {
    const socket = sampleSocket({ inode: 0 });
    const connection = { socket, holders: [], age: { ms: 60_000, is: 'exact' } } as const;
    const { accepted, holders } = buildSequence(connection, sampleListener(), undefined, FACTS);
    expect({ accepted, holders }).toMatchObject({ accepted: false, holders: [{ pid: 4121, comm: 'java', fd: 3 }] });
  });
});

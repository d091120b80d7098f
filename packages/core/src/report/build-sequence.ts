import type { StuckConnection } from '../diagnose/index.ts';
import { type Facts, type Holder, type SocketFacts, valueOr } from '../facts/index.ts';
import { buildAge, buildConnection, buildConnectionProcess } from './build-connection.ts';
import type { Sequence, SequenceHolder, SequencePeer, SequenceStep } from './explain-document.ts';
import { formatCount, formatCountOf } from './quantities.ts';

/**
 * What happened on a connection in CLOSE-WAIT, from its counters: Recv-Q counts an unread FIN as 1, and so does the
 * number of bytes received (docs/evidence.md).
 *
 * @param listener whose accept queue it may be in.
 * @param peer the socket at the other end, where that is on this host.
 */
export function buildSequence(
  connection: StuckConnection,
  listener: SocketFacts | null,
  peer: SocketFacts | undefined,
  facts: Facts,
): Sequence {
  const { socket, holders } = connection;
  const accepted = socket.inode !== 0;
  const listening = listener === null ? [] : (facts.holders.get(listener.inode) ?? []);
  return {
    connection: buildConnection(connection, facts.closeLook),
    accepted,
    holders: (accepted ? holders : listening).map((holder) => buildHolder(holder, facts)),
    peer: peer === undefined ? null : buildPeer(peer, facts),
    steps: [...describePast(connection, listener === null), ...describeOwed(accepted)],
  };
}

function buildHolder(holder: Holder, { processes, closeLook }: Facts): SequenceHolder {
  const { pid, tid, fd } = holder;
  const process = processes.get(pid);
  const named = process === undefined ? NAMELESS : buildConnectionProcess(process);
  const flags = tid === pid ? closeLook?.activities.get(pid)?.closeOnExec : undefined;
  return { ...named, pid, tid, fd, cloexec: flags?.get(fd) ?? null };
}

const NAMELESS = { comm: null, unit: null, container: null } as const;

function buildPeer(peer: SocketFacts, facts: Facts): SequencePeer {
  const holders = facts.holders.get(peer.inode) ?? [];
  return {
    state: peer.state,
    netns: peer.netns,
    inode: peer.inode,
    holders: holders.map((holder) => buildHolder(holder, facts)),
  };
}

const UNDATED = { ageMs: null, ageIs: null } as const;

function describePast(connection: StuckConnection, isClient: boolean): readonly SequenceStep[] {
  const { socket } = connection;
  const info = valueOr(socket.info, null);
  const finUnread = socket.rxQueueBytes > 0;
  const unread = Math.max(0, socket.rxQueueBytes - 1);
  const received = info === null ? null : Math.max(0, info.bytesReceived - 1);
  const read = received === null ? null : Math.max(0, received - unread);
  const age = buildAge(connection);
  // What was sent after the FIN tells of a half-close in use (RFC 9293 3.6).
  const sentLate = info !== null && info.bytesSent > 0 && age.ageMs !== null && info.lastDataSentMs < age.ageMs;
  const sent = describeSent(connection, sentLate, isClient);
  return [
    ...(received === null || received === 0
      ? []
      : [step('data', 'peer', 'kernel', formatCountOf(received, 'byte'), UNDATED)]),
    ...(read === null || read === 0
      ? []
      : [step('read', 'kernel', 'program', `reads ${formatCountOf(read, 'byte')}`, UNDATED)]),
    ...(sentLate ? [] : sent),
    step('fin', 'peer', 'kernel', 'FIN', age),
    step('ack', 'kernel', 'peer', 'ACK of the FIN', UNDATED),
    ...(sentLate ? sent : []),
    finUnread
      ? step(
          'unread',
          'kernel',
          'program',
          unread === 0 ? 'FIN, unread' : `${formatCount(unread)} B + FIN, unread`,
          UNDATED,
          false,
        )
      : step('eof', 'kernel', 'program', 'takes the FIN', UNDATED),
  ];
}

function describeSent({ socket }: StuckConnection, late: boolean, isClient: boolean): readonly SequenceStep[] {
  const info = valueOr(socket.info, null);
  const when = late && info !== null ? ({ ageMs: info.lastDataSentMs, ageIs: 'exact' } as const) : UNDATED;
  const queued = socket.txQueueBytes;
  // The connecting side's count has its SYN in it.
  const acked = info === null || info.bytesSent === 0 ? 0 : info.bytesAcked - (isClient ? 1 : 0);
  return [
    ...(acked > 0 ? [step('sent', 'kernel', 'peer', formatCountOf(acked, 'byte'), when)] : []),
    ...(queued > 0 ? [step('untaken', 'kernel', 'peer', `${formatCount(queued)} B, not taken`, UNDATED, false)] : []),
  ];
}

function describeOwed(accepted: boolean): readonly SequenceStep[] {
  return [
    ...(accepted ? [] : [step('accept', 'program', 'kernel', 'accept', UNDATED, false)]),
    step('close', 'program', 'kernel', 'close', UNDATED, false),
    step('own-fin', 'kernel', 'peer', 'FIN', UNDATED, false),
  ];
}

function step(
  id: string,
  from: SequenceStep['from'],
  to: SequenceStep['to'],
  says: string,
  when: Pick<SequenceStep, 'ageMs' | 'ageIs'>,
  done = true,
): SequenceStep {
  return { id, from, to, says, done, ...when };
}

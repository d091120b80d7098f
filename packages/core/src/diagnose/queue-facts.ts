import type { Evidence, StuckConnection } from './finding.ts';

/** How far a process got with what its connections received. */
interface ReadingProgress {
  untouched: number;
  finUnread: number;
  partlyRead: number;
  consumed: number;
  unknown: number;
  neverWrote: number;
  unsent: number;
}

function countProgress(connections: readonly StuckConnection[]): ReadingProgress {
  const count: ReadingProgress = {
    untouched: 0,
    finUnread: 0,
    partlyRead: 0,
    consumed: 0,
    unknown: 0,
    neverWrote: 0,
    unsent: 0,
  };
  for (const { socket } of connections) {
    if (socket.txQueueBytes > 0) count.unsent++;
    if (!socket.info.known) {
      count.unknown++;
      continue;
    }
    const { bytesReceived, bytesSent } = socket.info.value;
    if (bytesSent === 0) count.neverWrote++;
    if (socket.rxQueueBytes === 0) count.consumed++;
    else if (socket.rxQueueBytes === 1 && bytesReceived > 1) count.finUnread++;
    else if (socket.rxQueueBytes >= bytesReceived) count.untouched++;
    else count.partlyRead++;
  }
  return count;
}

/**
 * What the queues tell. Recv-Q counts an unread FIN as 1 and so does tcpi_bytes_received, so equal numbers mean that
 * not one byte was read. Recv-Q 0 does not mean that read() has returned 0: a FIN that arrives while data waits is
 * consumed by the read that takes the last byte (measured: 100 bytes read, Recv-Q 101 to 0, no read of 0).
 */
export function queueEvidence(connections: readonly StuckConnection[]): readonly Evidence[] {
  const { untouched, finUnread, partlyRead, consumed, unknown, neverWrote, unsent } = countProgress(connections);
  const all = connections.length;
  const rows: readonly (readonly [id: string, count: number, says: string])[] = [
    ['bytes-never-read', untouched, 'not one byte was read (Recv-Q equals the bytes received)'],
    ['fin-unread', finUnread, 'everything but the FIN was read (Recv-Q 1)'],
    ['partly-read', partlyRead, 'a part was read, the rest waits in Recv-Q'],
    ['fin-consumed', consumed, 'the FIN left the queue (Recv-Q 0), which does not prove that the program saw it'],
    ['queues-unknown', unknown, 'the kernel gave no byte counts'],
    ['never-wrote', neverWrote, 'this side never sent a byte'],
    ['unsent-data', unsent, 'the peer has not acknowledged all that was sent (Send-Q above 0)'],
  ];
  return rows
    .filter(([, count]) => count > 0)
    .map(([id, count, says]) => ({ id, says: `${subjectOf(count, all)}${says}`, value: count }));
}

function subjectOf(count: number, all: number): string {
  if (all === 1) return '';
  if (count < all) return `on ${count} of ${all} connections `;
  return all === 2 ? 'on both connections ' : `on all ${all} connections `;
}

import { HELD_AT as AT, HELD_BYTES, HELD_KIND } from '@closewait/core/codec';
import type { Holder, SocketFacts } from '@closewait/core/facts';
import { toLinuxState } from '@closewait/core/tcp';

const TIMERS = ['none', 'retransmit', 'keepalive', 'time-wait', 'persist'];
const CHUNK_BYTES = 64 * 1024;

/**
 * The records that the BPF iterator would write for IPv4 sockets that were seen otherwise, in its order and in chunks as it hands them
 * out.
 */
export function toHeldRecords(
  sockets: readonly SocketFacts[],
  holdersOf: (inode: number) => readonly Holder[],
): readonly Uint8Array[] {
  const records = sockets
    .filter(({ family }) => family === 'ipv4')
    .flatMap((socket) => holdersOf(socket.inode).map((holder) => ({ socket, holder })))
    .sort(({ holder: a }, { holder: b }) => a.pid - b.pid || a.tid - b.tid || a.fd - b.fd)
    .map(({ socket, holder }) => toRecord(socket, holder));
  const each = Math.floor(CHUNK_BYTES / HELD_BYTES.ipv4);
  return Array.from({ length: Math.ceil(records.length / each) }, (_, index) =>
    Buffer.concat(records.slice(index * each, (index + 1) * each)),
  );
}

function toRecord(socket: SocketFacts, { pid, tid, fd }: Holder): Uint8Array {
  const { info } = socket;
  const bytes = new Uint8Array(HELD_BYTES.ipv4);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number): void => view.setUint32(at, value, true);
  const counter = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  bytes[AT.kind] = HELD_KIND.ipv4;
  bytes[AT.state] = toLinuxState(socket.state);
  for (const [at, value] of [
    [AT.pid, pid],
    [AT.tid, tid],
    [AT.fd, fd],
  ] as const)
    word(at, value);
  word(AT.inode, socket.inode);
  word(AT.netns, socket.netns);
  view.setBigUint64(AT.cookie, socket.cookie, true);
  word(AT.uid, socket.uid);
  view.setUint16(AT.localPort, socket.local.port, true);
  view.setUint16(AT.remotePort, socket.remote.port);
  word(AT.rxQueue, socket.rxQueueBytes);
  word(AT.txQueue, socket.txQueueBytes);
  bytes[AT.timer] = TIMERS.indexOf(socket.timer.kind);
  bytes[AT.retransmits] = socket.timer.retransmits;
  word(AT.expires, socket.timer.expiresMs);
  bytes.set(socket.local.address.split('.').map(Number), AT.addresses);
  bytes.set(socket.remote.address.split('.').map(Number), AT.addresses + 4);
  if (!info.known) return bytes;
  word(AT.roundTripTime, info.value.roundTripTimeUs);
  word(AT.lastDataSent, info.value.lastDataSentMs);
  word(AT.lastDataReceived, info.value.lastDataReceivedMs);
  word(AT.lastAckReceived, info.value.lastAckReceivedMs);
  counter(AT.bytesAcked, info.value.bytesAcked);
  counter(AT.bytesReceived, info.value.bytesReceived);
  counter(AT.bytesSent, info.value.bytesSent);
  return bytes;
}

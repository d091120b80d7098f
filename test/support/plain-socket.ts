import { mapReading, type SocketFacts } from '@closewait/core/facts';

/** A copy of everything that a socket says: one that reads its bytes when asked has no fields of its own to compare. */
export function plainSocket(socket: SocketFacts): SocketFacts {
  const { state, family, local, remote, netns, uid, inode, cookie, rxQueueBytes, txQueueBytes, timer } = socket;
  return {
    state,
    family,
    local: { address: local.address, port: local.port },
    remote: { address: remote.address, port: remote.port },
    netns,
    uid,
    inode,
    cookie,
    rxQueueBytes,
    txQueueBytes,
    timer: { kind: timer.kind, expiresMs: timer.expiresMs, retransmits: timer.retransmits },
    info: mapReading(socket.info, (info) => ({
      state: info.state,
      probes: info.probes,
      backoff: info.backoff,
      roundTripTimeUs: info.roundTripTimeUs,
      lastDataSentMs: info.lastDataSentMs,
      lastDataReceivedMs: info.lastDataReceivedMs,
      lastAckReceivedMs: info.lastAckReceivedMs,
      bytesAcked: info.bytesAcked,
      bytesReceived: info.bytesReceived,
      bytesSent: info.bytesSent,
    })),
    memory: mapReading(socket.memory, ({ drops }) => ({ drops })),
  };
}

import type { SocketFacts, TcpInfo } from '../facts/index.ts';
import type { ConnectionAge } from './finding.ts';

/**
 * An acknowledgement of own data may come one round trip and a delayed acknowledgement (at most 500 ms, RFC 9293
 * 3.8.6.3) after the data. Own data older than that cannot be what the last acknowledgement was for.
 */
const DELAYED_ACK_MS = 500;

const UNKNOWN_AGE: ConnectionAge = { ms: null, is: 'at-least' };

/**
 * How long ago the FIN came: tcpi_last_ack_recv, the time since the last acknowledgement, which the FIN carried.
 * Later acknowledgements (of keepalive and zero-window probes, of own data) make it a lower bound.
 *
 * The upper bound is tcpi_last_data_recv, the time since the last data or, without any, since the handshake: the FIN
 * comes after both and a bare one does not refresh it. Where the bounds are half a second apart the age is exact.
 */
export function connectionAge(socket: SocketFacts, info: SocketFacts['info'] = socket.info): ConnectionAge {
  if (!info.known) return UNKNOWN_AGE;
  const { lastAckReceivedMs, lastDataReceivedMs } = info.value;
  const isBounded = lastDataReceivedMs - lastAckReceivedMs <= DELAYED_ACK_MS;
  return { ms: lastAckReceivedMs, is: isBounded || isQuietSince(socket, info.value) ? 'exact' : 'at-least' };
}

/** Whether nothing of this side can have been acknowledged after the FIN. */
function isQuietSince({ timer, txQueueBytes }: SocketFacts, info: TcpInfo): boolean {
  const { bytesSent, lastDataSentMs, lastAckReceivedMs, roundTripTimeUs } = info;
  if (timer.kind !== 'none' || txQueueBytes !== 0) return false;
  return bytesSent === 0 || lastDataSentMs > lastAckReceivedMs + roundTripTimeUs / 1000 + DELAYED_ACK_MS;
}

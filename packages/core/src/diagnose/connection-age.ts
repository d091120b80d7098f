import type { SocketFacts } from '../facts/index.ts';
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
export function connectionAge(socket: SocketFacts): ConnectionAge {
  if (!socket.info.known) return UNKNOWN_AGE;
  const { lastAckReceivedMs, lastDataReceivedMs, lastDataSentMs, bytesSent, roundTripTimeUs } = socket.info.value;
  const quiet = socket.timer.kind === 'none' && socket.txQueueBytes === 0;
  const acknowledgedBefore =
    bytesSent === 0 || lastDataSentMs > lastAckReceivedMs + roundTripTimeUs / 1000 + DELAYED_ACK_MS;
  const bounded = lastDataReceivedMs - lastAckReceivedMs <= DELAYED_ACK_MS;
  return { ms: lastAckReceivedMs, is: bounded || (quiet && acknowledgedBefore) ? 'exact' : 'at-least' };
}

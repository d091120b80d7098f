import type { TcpInfo } from '../facts/index.ts';
import { fromLinuxState } from '../tcp/index.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { getCounter, HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/**
 * How much of struct tcp_info is needed: up to and with tcpi_bytes_sent, Linux 4.19. The kernel only ever appends to
 * the structure, and an older one gives less (tcpi_bytes_received came with 4.1). What an older kernel does not say is not filled with zeros: no byte sent is evidence.
 */
export const TCP_INFO_BYTES = 208;

/** Offsets in struct tcp_info of what tells motion. */
export const TCP_INFO_AT = {
  lastDataReceived: 52,
  lastAckReceived: 56,
  bytesAcked: 120,
  bytesReceived: 128,
  bytesSent: 200,
} as const;

/**
 * The part of `struct tcp_info` (linux/tcp.h) that the diagnosis uses, from INET_DIAG_INFO or getsockopt(TCP_INFO).
 * A structure shorter than 208 bytes (before Linux 4.19) or with a state that TCP does not have is a problem.
 */
export function decodeTcpInfo(bytes: Uint8Array): Decoded<TcpInfo> {
  return decodeTcpInfoAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength);
}

/** {@link decodeTcpInfo} of the bytes from `start` to `end`, which lie within `view`. */
export function decodeTcpInfoAt(view: DataView, start: number, end: number): Decoded<TcpInfo> {
  if (end - start < TCP_INFO_BYTES) {
    return problem('struct tcp_info', 0, `${TCP_INFO_BYTES} bytes (Linux 4.19)`, `${end - start}`);
  }
  const state = fromLinuxState(view.getUint8(start));
  if (state === null) return problem('tcpi_state', 0, '1 to 13', `${view.getUint8(start)}`);
  return decoded({
    state,
    probes: view.getUint8(start + 3),
    backoff: view.getUint8(start + 4),
    roundTripTimeUs: view.getUint32(start + 68, HOST_IS_LITTLE_ENDIAN),
    lastDataSentMs: view.getUint32(start + 44, HOST_IS_LITTLE_ENDIAN),
    lastDataReceivedMs: view.getUint32(start + TCP_INFO_AT.lastDataReceived, HOST_IS_LITTLE_ENDIAN),
    lastAckReceivedMs: view.getUint32(start + TCP_INFO_AT.lastAckReceived, HOST_IS_LITTLE_ENDIAN),
    bytesAcked: getCounter(view, start + TCP_INFO_AT.bytesAcked),
    bytesReceived: getCounter(view, start + TCP_INFO_AT.bytesReceived),
    bytesSent: getCounter(view, start + TCP_INFO_AT.bytesSent),
  });
}

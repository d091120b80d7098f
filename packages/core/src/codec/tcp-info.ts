import type { TcpInfo } from '../facts/index.ts';
import { fromLinuxState, type TcpState } from '../tcp/index.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { getCounter, HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/**
 * How much of struct tcp_info is needed: up to and with tcpi_bytes_sent, Linux 4.19. The kernel only ever appends to
 * the structure, and an older one gives less (tcpi_bytes_received came with 4.1). What an older kernel does not say is not filled with zeros: no byte sent is evidence.
 */
export const TCP_INFO_BYTES = 208;

/** Offsets in struct tcp_info. */
export const TCP_INFO_AT = {
  state: 0,
  probes: 3,
  backoff: 4,
  lastDataSent: 44,
  lastDataReceived: 52,
  lastAckReceived: 56,
  roundTripTime: 68,
  bytesAcked: 120,
  bytesReceived: 128,
  bytesSent: 200,
} as const;

/**
 * The part of `struct tcp_info` (linux/tcp.h) that the diagnosis uses, from INET_DIAG_INFO or getsockopt(TCP_INFO).
 * A structure shorter than 208 bytes (before Linux 4.19) or with a state that TCP does not have is a problem.
 */
export function decodeTcpInfo(bytes: Uint8Array): Decoded<TcpInfo> {
  if (bytes.length < TCP_INFO_BYTES) {
    return problem('struct tcp_info', 0, `${TCP_INFO_BYTES} bytes (Linux 4.19)`, `${bytes.length}`);
  }
  return readTcpInfoAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
}

/** {@link decodeTcpInfo} of what begins at `start`, where the view has at least 208 bytes. */
export function readTcpInfoAt(view: DataView, start: number): Decoded<TcpInfoBytes> {
  const state = view.getUint8(start + TCP_INFO_AT.state);
  if (fromLinuxState(state) === null) return problem('tcpi_state', TCP_INFO_AT.state, '1 to 13', `${state}`);
  return decoded(new TcpInfoBytes(view, start));
}

/** Reads the structure when it is asked, and is its own reading: it is asked for of each of 100,000 sockets. */
class TcpInfoBytes implements TcpInfo {
  readonly #view: DataView;
  readonly #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  get known(): true {
    return true;
  }

  get value(): TcpInfo {
    return this;
  }

  get state(): TcpState {
    return fromLinuxState(this.#view.getUint8(this.#at + TCP_INFO_AT.state)) ?? 'CLOSED';
  }

  get probes(): number {
    return this.#view.getUint8(this.#at + TCP_INFO_AT.probes);
  }

  get backoff(): number {
    return this.#view.getUint8(this.#at + TCP_INFO_AT.backoff);
  }

  get roundTripTimeUs(): number {
    return this.#view.getUint32(this.#at + TCP_INFO_AT.roundTripTime, HOST_IS_LITTLE_ENDIAN);
  }

  get lastDataSentMs(): number {
    return this.#view.getUint32(this.#at + TCP_INFO_AT.lastDataSent, HOST_IS_LITTLE_ENDIAN);
  }

  get lastDataReceivedMs(): number {
    return this.#view.getUint32(this.#at + TCP_INFO_AT.lastDataReceived, HOST_IS_LITTLE_ENDIAN);
  }

  get lastAckReceivedMs(): number {
    return this.#view.getUint32(this.#at + TCP_INFO_AT.lastAckReceived, HOST_IS_LITTLE_ENDIAN);
  }

  get bytesAcked(): number {
    return getCounter(this.#view, this.#at + TCP_INFO_AT.bytesAcked);
  }

  get bytesReceived(): number {
    return getCounter(this.#view, this.#at + TCP_INFO_AT.bytesReceived);
  }

  get bytesSent(): number {
    return getCounter(this.#view, this.#at + TCP_INFO_AT.bytesSent);
  }
}

import type { TcpInfo } from '../facts/index.ts';
import { fromLinuxState, type TcpState } from '../tcp/index.ts';
import { HELD_AT as AT } from './held-layout.ts';
import { getCounter, HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/** What a record has of struct tcp_info: read when it is asked, and its own reading, as every socket is asked for it. */
export class HeldInfo implements TcpInfo {
  readonly #view: DataView;
  readonly #at: number;

  /** The record is one that {@link HeldRecords} has checked. */
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
    return fromLinuxState(this.#view.getUint8(this.#at + AT.state)) ?? 'CLOSED';
  }

  get probes(): number {
    return this.#view.getUint8(this.#at + AT.probes);
  }

  get backoff(): number {
    return this.#view.getUint8(this.#at + AT.backoff);
  }

  get roundTripTimeUs(): number {
    return this.#word(AT.roundTripTime);
  }

  get lastDataSentMs(): number {
    return this.#word(AT.lastDataSent);
  }

  get lastDataReceivedMs(): number {
    return this.#word(AT.lastDataReceived);
  }

  get lastAckReceivedMs(): number {
    return this.#word(AT.lastAckReceived);
  }

  get bytesAcked(): number {
    return getCounter(this.#view, this.#at + AT.bytesAcked);
  }

  get bytesReceived(): number {
    return getCounter(this.#view, this.#at + AT.bytesReceived);
  }

  get bytesSent(): number {
    return getCounter(this.#view, this.#at + AT.bytesSent);
  }

  #word(offset: number): number {
    return this.#view.getUint32(this.#at + offset, HOST_IS_LITTLE_ENDIAN);
  }
}

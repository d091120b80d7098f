import {
  type AddressFamily,
  type Endpoint,
  type Reading,
  type SocketFacts,
  type SocketMemory,
  type SocketTimer,
  type TcpInfo,
  unknown,
} from '../facts/index.ts';
import { fromLinuxState, type TcpState } from '../tcp/index.ts';
import { HeldInfo } from './held-info.ts';
import { HELD_AT as AT, HELD_FLAG, HELD_KIND } from './held-layout.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { NO_TIMER, TIMERS } from './inet-diag-layout.ts';
import { type AddressTexts, isMappedPrefix } from './ip-address.ts';

const MEMORY_NOT_ASKED = unknown('not-asked', 'the listing of held sockets does not tell socket memory');

/** What the kernel knows of a socket and sock_diag does not tell. */
export interface SocketEnds {
  /** Nothing will be received any more: the peer's FIN, or shutdown(SHUT_RD) of this side. */
  readonly receiveShutDown: boolean;
  /** This side has sent its FIN, or is about to: shutdown(SHUT_WR). */
  readonly sendShutDown: boolean;
  /** SOCK_DONE: the peer's FIN has arrived, whatever became of the connection afterwards. */
  readonly finReceived: boolean;
  /** A socket of the kernel's own (sk_kern_sock). */
  readonly isKernels: boolean;
}

/** Whether the flags of a record are of a socket that the kernel itself uses: subflows it opens for somebody else. */
export function isKernels(flags: number): boolean {
  return (flags & (HELD_FLAG.kernel | HELD_FLAG.subflow)) === HELD_FLAG.kernel;
}

/**
 * The socket of one record. Nothing is decoded before it is asked for: a report names 100 of 100,000 connections.
 * The values are those that sock_diag gives for the same socket (inet_sk_diag_fill, net/ipv4/inet_diag.c, and
 * tcp_get_info, net/ipv4/tcp.c).
 */
export class HeldSocket implements SocketFacts, SocketEnds {
  readonly #view: DataView;
  readonly #at: number;
  readonly #addresses: AddressTexts;

  /** The record is one that {@link HeldRecords} has checked. */
  constructor(view: DataView, at: number, addresses: AddressTexts) {
    this.#view = view;
    this.#at = at;
    this.#addresses = addresses;
  }

  get state(): TcpState {
    return fromLinuxState(this.#view.getUint8(this.#at + AT.state)) ?? 'CLOSED';
  }

  get family(): AddressFamily {
    if (this.#isIpv4) return 'ipv4';
    return this.#isMapped(AT.addresses) || this.#isMapped(AT.addresses + 16) ? 'ipv4-mapped' : 'ipv6';
  }

  get local(): Endpoint {
    return { address: this.#address(0), port: this.#view.getUint16(this.#at + AT.localPort, HOST_IS_LITTLE_ENDIAN) };
  }

  get remote(): Endpoint {
    return { address: this.#address(1), port: this.#view.getUint16(this.#at + AT.remotePort) };
  }

  get netns(): number {
    return this.#word(AT.netns);
  }

  get uid(): number {
    return this.#word(AT.uid);
  }

  get inode(): number {
    return this.#word(AT.inode);
  }

  get cookie(): bigint {
    return this.#view.getBigUint64(this.#at + AT.cookie, HOST_IS_LITTLE_ENDIAN);
  }

  get rxQueueBytes(): number {
    return this.#word(AT.rxQueue);
  }

  get txQueueBytes(): number {
    return this.#word(AT.txQueue);
  }

  get timer(): SocketTimer {
    const kind = TIMERS[this.#view.getUint8(this.#at + AT.timer)];
    if (kind === undefined || kind === 'none') return NO_TIMER;
    return { kind, expiresMs: this.#word(AT.expires), retransmits: this.#view.getUint8(this.#at + AT.retransmits) };
  }

  get info(): Reading<TcpInfo> {
    return new HeldInfo(this.#view, this.#at);
  }

  get memory(): Reading<SocketMemory> {
    return MEMORY_NOT_ASKED;
  }

  get receiveShutDown(): boolean {
    return (this.#view.getUint8(this.#at + AT.shutdown) & 1) !== 0;
  }

  get sendShutDown(): boolean {
    return (this.#view.getUint8(this.#at + AT.shutdown) & 2) !== 0;
  }

  get finReceived(): boolean {
    return (this.#view.getUint8(this.#at + AT.flags) & HELD_FLAG.done) !== 0;
  }

  get isKernels(): boolean {
    return isKernels(this.#view.getUint8(this.#at + AT.flags));
  }

  get #isIpv4(): boolean {
    return this.#view.getUint8(this.#at + AT.kind) === HELD_KIND.ipv4;
  }

  #word(offset: number): number {
    return this.#view.getUint32(this.#at + offset, HOST_IS_LITTLE_ENDIAN);
  }

  #address(index: number): string {
    const start = this.#at + AT.addresses;
    return this.#isIpv4
      ? this.#addresses.ipv4(this.#view, start + 4 * index)
      : this.#addresses.ipv6(this.#view, start + 16 * index);
  }

  #isMapped(offset: number): boolean {
    const at = this.#at + offset;
    return isMappedPrefix(this.#view.getUint32(at), this.#view.getUint32(at + 4), this.#view.getUint32(at + 8));
  }
}

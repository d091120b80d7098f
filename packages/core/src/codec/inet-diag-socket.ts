import {
  type AddressFamily,
  type DumpExtension,
  type Endpoint,
  known,
  type Reading,
  type SocketFacts,
  type SocketMemory,
  type SocketTimer,
  type TcpInfo,
  unknown,
} from '../facts/index.ts';
import { fromLinuxState, type TcpState } from '../tcp/index.ts';
import { describeProblem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { AT, MESSAGE_BYTES, NO_TIMER, TIMERS } from './inet-diag-layout.ts';
import { AF_INET, INET_DIAG_SKMEMINFO } from './inet-diag-request.ts';
import { type AddressTexts, isMappedPrefix } from './ip-address.ts';
import { attributesBetween, nextAttribute } from './netlink-attributes.ts';
import { readTcpInfoAt, TCP_INFO_BYTES } from './tcp-info.ts';

/** What the sockets of one dump have in common. */
export interface DumpOrigin {
  /** Inode number of the namespace that was asked. */
  readonly netns: number;
  /** Those that the dump asked for: they decide why an absent one is not known. */
  readonly extensions: readonly DumpExtension[];
  /** Remembers texts between the sockets of a look. */
  readonly addresses: AddressTexts;
}

const INFO_NOT_ASKED = unknown('not-asked', 'the dump did not ask for INET_DIAG_INFO');
const INFO_UNSUPPORTED = unknown('unsupported', 'the kernel sent no INET_DIAG_INFO: the state has no full socket');
const INFO_OLD = unknown('unsupported', 'struct tcp_info is from before Linux 4.19');
const MEMORY_NOT_ASKED = unknown('not-asked', 'the dump did not ask for INET_DIAG_SKMEMINFO');
const MEMORY_UNSUPPORTED = unknown(
  'unsupported',
  'the kernel sent no INET_DIAG_SKMEMINFO: the state has no full socket',
);
const MEMORY_SHORT = unknown('unsupported', 'INET_DIAG_SKMEMINFO ends before SK_MEMINFO_DROPS');

/** Where a message and its struct tcp_info lie in a view. */
export interface MessagePlace {
  readonly start: number;
  readonly end: number;
  /** `infoEnd` 0: there is none. */
  readonly infoStart: number;
  readonly infoEnd: number;
}

/**
 * One socket of a dump. Nothing is decoded before it is asked for: of 95,000 sockets a report names a few hundred, and
 * seven objects for each cost a fifth of a second. Keeps the datagram in memory.
 */
export class InetDiagSocket implements SocketFacts {
  readonly #origin: DumpOrigin;
  readonly #view: DataView;
  readonly #at: number;
  readonly #end: number;
  readonly #infoStart: number;
  readonly #infoEnd: number;

  /** The message is one that InetDiagDecoder has checked. */
  constructor(origin: DumpOrigin, view: DataView, { start, end, infoStart, infoEnd }: MessagePlace) {
    this.#origin = origin;
    this.#view = view;
    this.#at = start;
    this.#end = end;
    this.#infoStart = infoStart;
    this.#infoEnd = infoEnd;
  }

  get state(): TcpState {
    return fromLinuxState(this.#view.getUint8(this.#at + AT.state)) ?? 'CLOSED';
  }

  /** An AF_INET6 socket speaks IPv4 where either address is mapped: a listener has no remote one. */
  get family(): AddressFamily {
    if (this.#isIpv4) return 'ipv4';
    return this.#isMapped(AT.localAddress) || this.#isMapped(AT.remoteAddress) ? 'ipv4-mapped' : 'ipv6';
  }

  get local(): Endpoint {
    return { address: this.#address(AT.localAddress), port: this.#view.getUint16(this.#at + AT.localPort) };
  }

  get remote(): Endpoint {
    return { address: this.#address(AT.remoteAddress), port: this.#view.getUint16(this.#at + AT.remotePort) };
  }

  get netns(): number {
    return this.#origin.netns;
  }

  get uid(): number {
    return this.#word(AT.uid);
  }

  get inode(): number {
    return this.#word(AT.inode);
  }

  /** Two words, the lower one first (sock_diag_save_cookie, net/core/sock_diag.c). */
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
    const kind = TIMERS[this.#view.getUint8(this.#at + AT.timer)] ?? 'none';
    if (kind === 'none') return NO_TIMER;
    // Signed: where a timer is overdue, kernels that subtract jiffies without a check answer a little less than 2^32.
    const expiresMs = this.#view.getInt32(this.#at + AT.expires, HOST_IS_LITTLE_ENDIAN);
    return { kind, expiresMs: Math.max(0, expiresMs), retransmits: this.#view.getUint8(this.#at + AT.retransmits) };
  }

  get info(): Reading<TcpInfo> {
    if (this.#infoEnd === 0) return this.#origin.extensions.includes('info') ? INFO_UNSUPPORTED : INFO_NOT_ASKED;
    if (this.#infoEnd - this.#infoStart < TCP_INFO_BYTES) return INFO_OLD;
    const info = readTcpInfoAt(this.#view, this.#infoStart);
    return info.ok ? info.value : unknown('garbled', describeProblem(info.problem));
  }

  /** The array of SK_MEMINFO_* words of linux/sock_diag.h, of which SK_MEMINFO_DROPS is the ninth. */
  get memory(): Reading<SocketMemory> {
    const cursor = attributesBetween(this.#at + MESSAGE_BYTES, this.#end);
    while (nextAttribute(this.#view, cursor) === 'attribute') {
      if (cursor.type !== INET_DIAG_SKMEMINFO) continue;
      if (cursor.valueEnd - cursor.valueStart < 36) return MEMORY_SHORT;
      return known({ drops: this.#view.getUint32(cursor.valueStart + 32, HOST_IS_LITTLE_ENDIAN) });
    }
    return this.#origin.extensions.includes('memory') ? MEMORY_UNSUPPORTED : MEMORY_NOT_ASKED;
  }

  get #isIpv4(): boolean {
    return this.#view.getUint8(this.#at + AT.family) === AF_INET;
  }

  #word(offset: number): number {
    return this.#view.getUint32(this.#at + offset, HOST_IS_LITTLE_ENDIAN);
  }

  #address(offset: number): string {
    const { addresses } = this.#origin;
    return this.#isIpv4 ? addresses.ipv4(this.#view, this.#at + offset) : addresses.ipv6(this.#view, this.#at + offset);
  }

  #isMapped(offset: number): boolean {
    const at = this.#at + offset;
    return isMappedPrefix(this.#view.getUint32(at), this.#view.getUint32(at + 4), this.#view.getUint32(at + 8));
  }
}

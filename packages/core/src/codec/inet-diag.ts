import {
  type AddressFamily,
  type DumpExtension,
  known,
  type Reading,
  type SocketFacts,
  type SocketMemory,
  type SocketTimer,
  type TcpInfo,
  type TimerKind,
  unknown,
} from '../facts/index.ts';
import { fromLinuxState } from '../tcp/index.ts';
import { type Decoded, decoded, describeProblem, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN, viewOf } from './host-bytes.ts';
import { AF_INET, AF_INET6, INET_DIAG_INFO, INET_DIAG_SKMEMINFO } from './inet-diag-request.ts';
import { type AddressTexts, isMappedPrefix } from './ip-address.ts';
import { attributeProblem, attributesBetween, nextAttribute } from './netlink-attributes.ts';
import { decodeTcpInfoAt, TCP_INFO_BYTES } from './tcp-info.ts';

/** sizeof(struct inet_diag_msg). */
export const MESSAGE_BYTES = 72;

/** Offsets in struct inet_diag_msg; its socket identity (struct inet_diag_sockid) starts at 4. */
export const AT = {
  family: 0,
  state: 1,
  timer: 2,
  retransmits: 3,
  localPort: 4,
  remotePort: 6,
  localAddress: 8,
  remoteAddress: 24,
  cookie: 44,
  expires: 52,
  rxQueue: 56,
  txQueue: 60,
  uid: 64,
  inode: 68,
} as const;

/** Indexed by `idiag_timer`, as inet_sk_diag_fill and inet_twsk_diag_fill set it (net/ipv4/inet_diag.c). */
export const TIMERS: readonly TimerKind[] = ['none', 'retransmit', 'keepalive', 'time-wait', 'persist'];

// Thousands of sockets share each of these.
export const NO_TIMER: SocketTimer = { kind: 'none', expiresMs: 0, retransmits: 0 };
const INFO_NOT_ASKED = unknown('not-asked', 'the dump did not ask for INET_DIAG_INFO');
const INFO_UNSUPPORTED = unknown('unsupported', 'the kernel sent no INET_DIAG_INFO: the state has no full socket');
const INFO_OLD = unknown('unsupported', 'struct tcp_info is from before Linux 4.19');
const MEMORY_NOT_ASKED = unknown('not-asked', 'the dump did not ask for INET_DIAG_SKMEMINFO');
const MEMORY_UNSUPPORTED = unknown(
  'unsupported',
  'the kernel sent no INET_DIAG_SKMEMINFO: the state has no full socket',
);
const MEMORY_SHORT = unknown('unsupported', 'INET_DIAG_SKMEMINFO ends before SK_MEMINFO_DROPS');

/** The kernel's number of a message's state, without decoding the rest; 0, which is no state, for a cut message. */
export function peekInetDiagState(payload: Uint8Array): number {
  return payload[AT.state] ?? 0;
}

/** The socket's inode number without decoding the rest; 0, which is no inode, for a cut message. */
export function peekInetDiagInode(payload: Uint8Array): number {
  if (payload.length < MESSAGE_BYTES) return 0;
  return viewOf(payload.buffer).getUint32(payload.byteOffset + AT.inode, HOST_IS_LITTLE_ENDIAN);
}

/** The local port without decoding the rest; 0 for a cut message. */
export function peekInetDiagPort(payload: Uint8Array): number {
  if (payload.length < MESSAGE_BYTES) return 0;
  return viewOf(payload.buffer).getUint16(payload.byteOffset + AT.localPort);
}

/** Whether data waits that the peer does not take: the persist timer runs and the send queue is not empty. */
export function isPersistWaiting(payload: Uint8Array): boolean {
  if (payload.length < MESSAGE_BYTES || TIMERS[payload[AT.timer] ?? 0] !== 'persist') return false;
  return viewOf(payload.buffer).getUint32(payload.byteOffset + AT.txQueue, HOST_IS_LITTLE_ENDIAN) > 0;
}

/**
 * One socket of a sock_diag dump: the payload of a SOCK_DIAG_BY_FAMILY message, struct inet_diag_msg and its attributes
 * (linux/inet_diag.h). `netns` is the inode number of the namespace that was asked, `extensions` are those that the
 * dump asked for: they decide why an absent one is not known. `addresses` remembers texts between the sockets of a
 * look. A missing or unusable extension is an unknown reading of the socket; a message that is cut, or whose family,
 * state or timer is none, is a problem.
 */
export function decodeInetDiagMessage(
  payload: Uint8Array,
  netns: number,
  extensions: readonly DumpExtension[],
  addresses: AddressTexts,
): Decoded<SocketFacts> {
  if (payload.length < MESSAGE_BYTES) {
    return problem('struct inet_diag_msg', 0, `${MESSAGE_BYTES} bytes`, `${payload.length}`);
  }
  const view = viewOf(payload.buffer);
  const at = payload.byteOffset;
  const family = familyOf(view, at);
  if (family === null) {
    return problem('idiag_family', AT.family, `${AF_INET} or ${AF_INET6}`, `${view.getUint8(at + AT.family)}`);
  }
  const state = fromLinuxState(view.getUint8(at + AT.state));
  if (state === null) return problem('idiag_state', AT.state, '1 to 13', `${view.getUint8(at + AT.state)}`);
  const timer = readTimer(view, at);
  if (timer === null) return problem('idiag_timer', AT.timer, '0 to 4', `${view.getUint8(at + AT.timer)}`);

  let info: Reading<TcpInfo> = extensions.includes('info') ? INFO_UNSUPPORTED : INFO_NOT_ASKED;
  let memory: Reading<SocketMemory> = extensions.includes('memory') ? MEMORY_UNSUPPORTED : MEMORY_NOT_ASKED;
  const cursor = attributesBetween(at + MESSAGE_BYTES, at + payload.length);
  for (let step = nextAttribute(view, cursor); step !== 'end'; step = nextAttribute(view, cursor)) {
    if (step === 'cut') return attributeProblem(cursor, at);
    if (cursor.type === INET_DIAG_INFO) info = readInfo(view, cursor.valueStart, cursor.valueEnd);
    else if (cursor.type === INET_DIAG_SKMEMINFO) memory = readMemory(view, cursor.valueStart, cursor.valueEnd);
  }

  const isIpv4 = family === 'ipv4';
  return decoded({
    state,
    family,
    local: {
      address: isIpv4 ? addresses.ipv4(view, at + AT.localAddress) : addresses.ipv6(view, at + AT.localAddress),
      port: view.getUint16(at + AT.localPort),
    },
    remote: {
      address: isIpv4 ? addresses.ipv4(view, at + AT.remoteAddress) : addresses.ipv6(view, at + AT.remoteAddress),
      port: view.getUint16(at + AT.remotePort),
    },
    netns,
    uid: view.getUint32(at + AT.uid, HOST_IS_LITTLE_ENDIAN),
    inode: view.getUint32(at + AT.inode, HOST_IS_LITTLE_ENDIAN),
    // Two words, the lower one first (sock_diag_save_cookie, net/core/sock_diag.c).
    cookie: view.getBigUint64(at + AT.cookie, HOST_IS_LITTLE_ENDIAN),
    rxQueueBytes: view.getUint32(at + AT.rxQueue, HOST_IS_LITTLE_ENDIAN),
    txQueueBytes: view.getUint32(at + AT.txQueue, HOST_IS_LITTLE_ENDIAN),
    timer,
    info,
    memory,
  });
}

/** An AF_INET6 socket speaks IPv4 where either address is mapped: a listener has no remote one. */
function familyOf(view: DataView, at: number): AddressFamily | null {
  const family = view.getUint8(at + AT.family);
  if (family === AF_INET) return 'ipv4';
  if (family !== AF_INET6) return null;
  return isMappedAt(view, at + AT.localAddress) || isMappedAt(view, at + AT.remoteAddress) ? 'ipv4-mapped' : 'ipv6';
}

function isMappedAt(view: DataView, offset: number): boolean {
  return isMappedPrefix(view.getUint32(offset), view.getUint32(offset + 4), view.getUint32(offset + 8));
}

function readTimer(view: DataView, at: number): SocketTimer | null {
  const number = view.getUint8(at + AT.timer);
  if (number === 0) return NO_TIMER;
  const kind = TIMERS[number];
  if (kind === undefined) return null;
  // Signed: where a timer is overdue, kernels that subtract jiffies without a check answer a little less than 2^32.
  const expiresMs = view.getInt32(at + AT.expires, HOST_IS_LITTLE_ENDIAN);
  return { kind, expiresMs: expiresMs < 0 ? 0 : expiresMs, retransmits: view.getUint8(at + AT.retransmits) };
}

function readInfo(view: DataView, start: number, end: number): Reading<TcpInfo> {
  if (end - start < TCP_INFO_BYTES) return INFO_OLD;
  const info = decodeTcpInfoAt(view, start, end);
  return info.ok ? known(info.value) : unknown('garbled', describeProblem(info.problem));
}

/** The array of SK_MEMINFO_* words of linux/sock_diag.h, of which SK_MEMINFO_DROPS is the ninth. */
function readMemory(view: DataView, start: number, end: number): Reading<SocketMemory> {
  return end - start < 36 ? MEMORY_SHORT : known({ drops: view.getUint32(start + 32, HOST_IS_LITTLE_ENDIAN) });
}

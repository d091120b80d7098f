import type { DumpExtension, DumpRequest, SocketFacts } from '../facts/index.ts';
import { linuxStateMask } from '../tcp/index.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER_BYTES } from './netlink.ts';
import { parseIpAddress } from './parse-ip-address.ts';

/** Message type of sock_diag requests and answers, linux/sock_diag.h. */
export const SOCK_DIAG_BY_FAMILY = 20;
/** The older message type for TCP, linux/inet_diag.h: the only one that takes AF_UNSPEC. */
const TCPDIAG_GETSOCK = 18;
/** Message type of a request to end a socket, Linux 4.5. */
const SOCK_DESTROY = 21;

/** AF_UNSPEC of linux/socket.h. */
const AF_UNSPEC = 0;
/** AF_INET. */
export const AF_INET = 2;
/** AF_INET6. */
export const AF_INET6 = 10;
/** IPPROTO_TCP of linux/in.h. */
const IPPROTO_TCP = 6;

/** INET_DIAG_INFO: struct tcp_info. */
export const INET_DIAG_INFO = 2;
/** INET_DIAG_SKMEMINFO: socket memory. */
export const INET_DIAG_SKMEMINFO = 7;

const EXTENSION_NUMBER = { info: INET_DIAG_INFO, memory: INET_DIAG_SKMEMINFO } as const satisfies Record<
  DumpExtension,
  number
>;

/** Whether a message of a dump is about a socket: an answer has the type of its request. */
export function isSocketMessage(type: number): boolean {
  return type === SOCK_DIAG_BY_FAMILY || type === TCPDIAG_GETSOCK;
}

/** sizeof(struct inet_diag_req_v2). */
const REQUEST_BYTES = 56;

/**
 * The datagram that asks sock_diag for all TCP sockets of a family in some states. The socket identity stays zero, which
 * matches every address, port and interface; a dump does not look at the cookie.
 */
export function encodeInetDiagDump(request: DumpRequest, sequence: number): Uint8Array {
  const message = request.family === 'any' ? encodeAnyFamily(request) : encodeOneFamily(request, request.family);
  const view = new DataView(message.buffer);
  view.setUint32(0, message.length, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, HOST_IS_LITTLE_ENDIAN);
  view.setUint32(8, sequence, HOST_IS_LITTLE_ENDIAN);
  if (request.localPort !== undefined) message.set(portFilter(request.localPort), message.length - FILTER_BYTES);
  return message;
}

/** struct nlmsghdr and struct inet_diag_req_v2 of linux/inet_diag.h. */
function encodeOneFamily(request: DumpRequest, family: 'ipv4' | 'ipv6'): Uint8Array<ArrayBuffer> {
  const { message, view } = newRequest(REQUEST_BYTES, request);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, HOST_IS_LITTLE_ENDIAN);
  view.setUint8(16, family === 'ipv4' ? AF_INET : AF_INET6);
  view.setUint8(17, IPPROTO_TCP);
  view.setUint8(18, extensionMask(request.extensions));
  view.setUint32(20, linuxStateMask(request.states), HOST_IS_LITTLE_ENDIAN);
  return message;
}

/** sizeof(struct inet_diag_req). */
const OLD_REQUEST_BYTES = 60;

/**
 * struct nlmsghdr and struct inet_diag_req: inet_diag_dump_compat (net/ipv4/inet_diag.c) takes it for AF_UNSPEC, whatever
 * family it names, so the tables are walked once and not twice: 8 ms each where they hold 95,000
 * sockets and none is asked for (Linux 6.18).
 */
function encodeAnyFamily(request: DumpRequest): Uint8Array<ArrayBuffer> {
  const { message, view } = newRequest(OLD_REQUEST_BYTES, request);
  view.setUint16(4, TCPDIAG_GETSOCK, HOST_IS_LITTLE_ENDIAN);
  view.setUint8(16, AF_UNSPEC);
  view.setUint8(19, extensionMask(request.extensions));
  view.setUint32(68, linuxStateMask(request.states), HOST_IS_LITTLE_ENDIAN);
  return message;
}

function newRequest(
  bytes: number,
  { localPort }: DumpRequest,
): { readonly message: Uint8Array<ArrayBuffer>; readonly view: DataView<ArrayBuffer> } {
  const message = new Uint8Array(NLMSG_HEADER_BYTES + bytes + (localPort === undefined ? 0 : FILTER_BYTES));
  return { message, view: new DataView(message.buffer) };
}

/** INET_DIAG_REQ_BYTECODE */
const REQ_BYTECODE = 1;
/** INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE: the local port against the number in the instruction that follows. */
const BC_SOURCE_AT_LEAST = 2;
const BC_SOURCE_AT_MOST = 3;
const INSTRUCTION_BYTES = 4;
/** Two comparisons of two instructions each. */
const PROGRAM_BYTES = 4 * INSTRUCTION_BYTES;
const FILTER_BYTES = 4 + PROGRAM_BYTES;

/**
 * The attribute with a program of struct inet_diag_bc_op that passes one local port. Linux has a comparison for equality
 * only since 5.7, so it is two. A jump that ends 4 bytes behind the program refuses the socket (inet_diag_bc_run).
 */
function portFilter(port: number): Uint8Array {
  const bytes = new Uint8Array(FILTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, FILTER_BYTES, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(2, REQ_BYTECODE, HOST_IS_LITTLE_ENDIAN);
  for (const [index, code] of [BC_SOURCE_AT_LEAST, BC_SOURCE_AT_MOST].entries()) {
    const at = 4 + index * 2 * INSTRUCTION_BYTES;
    view.setUint8(at, code);
    view.setUint8(at + 1, 2 * INSTRUCTION_BYTES);
    view.setUint16(at + 2, FILTER_BYTES - at + INSTRUCTION_BYTES, HOST_IS_LITTLE_ENDIAN);
    view.setUint16(at + 6, port, HOST_IS_LITTLE_ENDIAN);
  }
  return bytes;
}

function extensionMask(extensions: readonly DumpExtension[]): number {
  return extensions.reduce((mask, extension) => mask | (1 << (EXTENSION_NUMBER[extension] - 1)), 0);
}

/** Offsets of struct inet_diag_sockid in a request: behind struct nlmsghdr and the first 8 bytes of inet_diag_req_v2. */
const AT_SOCKET = NLMSG_HEADER_BYTES + 8;

/** Which socket: its cookie, and the addresses and ports under which the kernel looks it up. */
export interface SocketIdentity extends Pick<SocketFacts, 'family' | 'local' | 'remote' | 'cookie'> {
  /**
   * Index of the interface that it is bound to (SO_BINDTODEVICE, a VRF, a link-local address of IPv6): without it the kernel does
   * not find such a socket (inet_sk_bound_dev_eq, net/inet_sock.h). Default 0: bound to none.
   */
  readonly interfaceIndex?: number;
}

/**
 * The datagram that ends one connection (SOCK_DESTROY, tcp_diag_destroy in net/ipv4/tcp_diag.c): the kernel looks it up by
 * its addresses, refuses it where the cookie is another one's (ESTALE), and answers with an acknowledgement. ENOENT: no
 * such connection. Needs CAP_NET_ADMIN in the namespace of the asking socket, and CONFIG_INET_DIAG_DESTROY (EOPNOTSUPP).
 */
export function encodeInetDiagDestroy(identity: SocketIdentity, sequence: number): Uint8Array {
  return encodeRequestForOne(SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, identity, sequence);
}

/** INET_DIAG_NOCOOKIE, twice: any socket with these addresses. */
const ANY_COOKIE = 0xffff_ffff_ffff_ffffn;

/**
 * The datagram that asks for the one socket with these addresses, whatever its cookie: an answer or an error, no dump, so it
 * costs the same on a host with 100,000 sockets. As a segment would, it finds the listener where no connection has the
 * addresses (inet_diag_find_one_icsk, net/ipv4/inet_diag.c). ENOENT: there is none either.
 */
export function encodeInetDiagLookup(identity: Omit<SocketIdentity, 'cookie'>, sequence: number): Uint8Array {
  return encodeRequestForOne(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, { ...identity, cookie: ANY_COOKIE }, sequence);
}

function encodeRequestForOne(
  type: number,
  flags: number,
  { family, local, remote, cookie, interfaceIndex = 0 }: SocketIdentity,
  sequence: number,
): Uint8Array {
  const length = NLMSG_HEADER_BYTES + REQUEST_BYTES;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(4, type, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(6, flags, HOST_IS_LITTLE_ENDIAN);
  view.setUint32(8, sequence, HOST_IS_LITTLE_ENDIAN);
  // A mapped address is looked up as what it is in an IPv6 request too (inet_diag_find_one_icsk).
  view.setUint8(16, family === 'ipv4' ? AF_INET : AF_INET6);
  view.setUint8(17, IPPROTO_TCP);
  view.setUint32(20, linuxStateMask(), HOST_IS_LITTLE_ENDIAN);
  view.setUint16(AT_SOCKET, local.port);
  view.setUint16(AT_SOCKET + 2, remote.port);
  bytes.set(parseIpAddress(local.address), AT_SOCKET + 4);
  bytes.set(parseIpAddress(remote.address), AT_SOCKET + 20);
  view.setUint32(AT_SOCKET + 36, interfaceIndex, HOST_IS_LITTLE_ENDIAN);
  // The cookie as two words, the lower one first (sock_diag_check_cookie).
  view.setUint32(AT_SOCKET + 40, Number(cookie & 0xffff_ffffn), HOST_IS_LITTLE_ENDIAN);
  view.setUint32(AT_SOCKET + 44, Number(cookie >> 32n), HOST_IS_LITTLE_ENDIAN);
  return bytes;
}

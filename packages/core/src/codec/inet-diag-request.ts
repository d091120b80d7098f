import type { DumpExtension, DumpRequest, SocketFacts } from '../facts/index.ts';
import { linuxStateMask } from '../tcp/index.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER_BYTES } from './netlink.ts';
import { parseIpAddress } from './parse-ip-address.ts';

/** Message type of sock_diag requests and answers, linux/sock_diag.h. */
export const SOCK_DIAG_BY_FAMILY = 20;
/** Message type of a request to end a socket, Linux 4.5. */
const SOCK_DESTROY = 21;

/** AF_INET of linux/socket.h. */
export const AF_INET = 2;
/** AF_INET6. */
export const AF_INET6 = 10;
/** IPPROTO_TCP of linux/in.h. */
const IPPROTO_TCP = 6;

/** INET_DIAG_INFO: struct tcp_info. */
export const INET_DIAG_INFO = 2;
/** INET_DIAG_SKMEMINFO: socket memory. */
export const INET_DIAG_SKMEMINFO = 7;
/** INET_DIAG_CGROUP_ID: comes unasked, Linux 5.9. */
export const INET_DIAG_CGROUP_ID = 21;

const EXTENSION_NUMBER = { info: INET_DIAG_INFO, memory: INET_DIAG_SKMEMINFO } as const satisfies Record<
  DumpExtension,
  number
>;

/** sizeof(struct inet_diag_req_v2). */
const REQUEST_BYTES = 56;

/**
 * The datagram that asks sock_diag for all TCP sockets of a family in some states: struct nlmsghdr and struct
 * inet_diag_req_v2 of linux/inet_diag.h. Its socket identity stays zero, which matches every address, port and
 * interface; a dump does not look at the cookie.
 */
export function encodeInetDiagDump(request: DumpRequest, sequence: number): Uint8Array {
  const length = NLMSG_HEADER_BYTES + REQUEST_BYTES;
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, length, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, HOST_IS_LITTLE_ENDIAN);
  view.setUint32(8, sequence, HOST_IS_LITTLE_ENDIAN);
  view.setUint8(16, request.family === 'ipv4' ? AF_INET : AF_INET6);
  view.setUint8(17, IPPROTO_TCP);
  view.setUint8(18, extensionMask(request.extensions));
  view.setUint32(20, linuxStateMask(request.states), HOST_IS_LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

function extensionMask(extensions: readonly DumpExtension[]): number {
  return extensions.reduce((mask, extension) => mask | (1 << (EXTENSION_NUMBER[extension] - 1)), 0);
}

/** Offsets of struct inet_diag_sockid in a request: behind struct nlmsghdr and the first 8 bytes of inet_diag_req_v2. */
const AT_SOCKET = NLMSG_HEADER_BYTES + 8;

/** Which socket: its cookie, and the addresses and ports under which the kernel looks it up. */
export type SocketIdentity = Pick<SocketFacts, 'family' | 'local' | 'remote' | 'cookie'>;

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
  { family, local, remote, cookie }: SocketIdentity,
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
  // The interface stays 0, any; then the cookie as two words, the lower one first (sock_diag_check_cookie).
  view.setUint32(AT_SOCKET + 40, Number(cookie & 0xffff_ffffn), HOST_IS_LITTLE_ENDIAN);
  view.setUint32(AT_SOCKET + 44, Number(cookie >> 32n), HOST_IS_LITTLE_ENDIAN);
  return bytes;
}

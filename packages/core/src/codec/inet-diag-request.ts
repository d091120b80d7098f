import type { DumpExtension, DumpRequest } from '../facts/index.ts';
import { linuxStateMask } from '../tcp/index.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER_BYTES } from './netlink.ts';

/** Message type of sock_diag requests and answers, linux/sock_diag.h. */
export const SOCK_DIAG_BY_FAMILY = 20;

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

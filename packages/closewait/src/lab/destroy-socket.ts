import {
  decodeNetlinkError,
  encodeInetDiagDestroy,
  NLMSG_ERROR,
  type SocketIdentity,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import { ClosewaitError } from '@closewait/core/facts';
import type { NetlinkSocket, SystemResult } from '../ffi/index.ts';

/**
 * SOCK_DESTROY of one socket of the network in which `netlink` was opened: 0, or the error number the kernel answers (ENOENT: it
 * is not there any more; EOPNOTSUPP: no CONFIG_INET_DIAG_DESTROY). Needs CAP_NET_ADMIN there.
 */
export function destroySocket(netlink: NetlinkSocket, socket: SocketIdentity, sequence: number): SystemResult<number> {
  const sent = netlink.send(encodeInetDiagDestroy(socket, sequence));
  if (!sent.ok) return sent;
  const received = netlink.receive();
  if (!received.ok) return received;
  const messages = splitNetlinkMessages(received.value.datagram);
  const answer = messages.ok ? messages.value.find(({ type }) => type === NLMSG_ERROR) : undefined;
  const error = answer === undefined ? null : decodeNetlinkError(answer);
  if (error?.ok !== true) throw new ClosewaitError('internal', 'SOCK_DESTROY: an answer that is none');
  return { ok: true, value: error.value.errno };
}

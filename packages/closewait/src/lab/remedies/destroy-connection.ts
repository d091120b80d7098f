import type { SocketFacts } from '@closewait/core/facts';
import { errnoName, inNetworkNamespace, NetlinkSocket, type SystemResult } from '../../ffi/index.ts';
import { destroySocket } from '../destroy-socket.ts';

/** SOCK_DESTROY of one connection of a namespace. ENOENT: it is not there any more. */
export function destroyConnection(networkPath: string, connection: SocketFacts): SystemResult<void> {
  return inNetworkNamespace(networkPath, (): SystemResult<void> => {
    const opened = NetlinkSocket.open();
    if (!opened.ok) return opened;
    using netlink = opened.value;
    const answer = destroySocket(netlink, connection, 1);
    if (!answer.ok) return answer;
    const errno = answer.value;
    return errno === 0 ? { ok: true, value: undefined } : { ok: false, op: 'SOCK_DESTROY', errno: errnoName(errno) };
  });
}

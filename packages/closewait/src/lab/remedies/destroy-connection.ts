import { decodeNetlinkError, encodeInetDiagDestroy, NLMSG_ERROR, splitNetlinkMessages } from '@closewait/core/codec';
import { ClosewaitError, type SocketFacts } from '@closewait/core/facts';
import { errnoName, inNetworkNamespace, NetlinkSocket, type SystemResult } from '../../ffi/index.ts';

const SEQUENCE = 1;

/** SOCK_DESTROY of one connection of a namespace. ENOENT: it is not there any more. */
export function destroyConnection(networkPath: string, connection: SocketFacts): SystemResult<void> {
  return inNetworkNamespace(networkPath, (): SystemResult<void> => {
    const opened = NetlinkSocket.open();
    if (!opened.ok) return opened;
    using netlink = opened.value;
    const sent = netlink.send(encodeInetDiagDestroy(connection, SEQUENCE));
    if (!sent.ok) return sent;
    const received = netlink.receive();
    if (!received.ok) return received;
    const messages = splitNetlinkMessages(received.value.datagram);
    const answer = messages.ok ? messages.value.find(({ type }) => type === NLMSG_ERROR) : undefined;
    const error = answer === undefined ? null : decodeNetlinkError(answer);
    if (error === null || !error.ok) throw new ClosewaitError('internal', 'SOCK_DESTROY: an answer that is none');
    const { errno } = error.value;
    return errno === 0 ? { ok: true, value: undefined } : { ok: false, op: 'SOCK_DESTROY', errno: errnoName(errno) };
  });
}

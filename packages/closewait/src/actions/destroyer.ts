import {
  decodeNetlinkError,
  describeProblem,
  encodeInetDiagDestroy,
  NLMSG_ERROR,
  type SocketIdentity,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import type { ConnectionIdentity, KernelSource, OwnerIdentity } from '@closewait/core/facts';
import { errnoName, inNetworkNamespace, NetlinkSocket, type SystemResult } from '../ffi/index.ts';
import { type Acted, refusedBy } from './acted.ts';
import { BoundInterfaces } from './bound-interfaces.ts';
import { findOtherOwner } from './same-owner.ts';

/** Ends connections by SOCK_DESTROY, each in its namespace. Needs CAP_NET_ADMIN there, and CONFIG_INET_DIAG_DESTROY. */
export class Destroyer implements Disposable {
  readonly #source: KernelSource;
  readonly #pathOf: (netns: number) => string | null;
  /** A netlink socket belongs for good to the namespace in which it was opened. */
  readonly #sockets = new Map<number, SystemResult<NetlinkSocket>>();
  readonly #interfaces: BoundInterfaces;
  #sequence = 0;

  /** `pathOf`: a path through which a namespace can be entered, null where there is none. */
  constructor(source: KernelSource, pathOf: (netns: number) => string | null) {
    this.#source = source;
    this.#pathOf = pathOf;
    this.#interfaces = new BoundInterfaces(source);
  }

  /** The kernel looks the connection up by its addresses and compares the cookie under the same reference. */
  destroy(connection: ConnectionIdentity, owners: readonly OwnerIdentity[]): Acted {
    const other = findOtherOwner(this.#source, owners);
    if (other !== null) return other;
    const path = this.#pathOf(connection.netns);
    if (path === null) return { kind: 'unsupported', detail: `no way into network namespace ${connection.netns}` };
    const opened = this.#open(connection.netns, path);
    if (!opened.ok) return refusedBy(opened, `network namespace ${connection.netns}`, 'run as root');
    const done = this.#askByInterface(opened.value, connection, path);
    return done.ok
      ? { kind: 'done', says: 'SOCK_DESTROY' }
      : refusedBy(done, MEANS[done.errno] ?? '', HINTS[done.errno]);
  }

  #open(netns: number, path: string): SystemResult<NetlinkSocket> {
    const open = this.#sockets.get(netns) ?? inNetworkNamespace(path, () => NetlinkSocket.open());
    this.#sockets.set(netns, open);
    return open;
  }

  /** What is bound to an interface is not found without it, or a listener is found in its place. */
  #askByInterface(netlink: NetlinkSocket, connection: ConnectionIdentity, path: string): SystemResult<void> {
    const done = this.#ask(netlink, connection);
    if (done.ok || !NOT_FOUND.includes(done.errno)) return done;
    const interfaceIndex = this.#interfaces.indexOf(connection, path);
    return interfaceIndex === 0 ? done : this.#ask(netlink, { ...connection, interfaceIndex });
  }

  #ask(netlink: NetlinkSocket, connection: SocketIdentity): SystemResult<void> {
    const op = 'SOCK_DESTROY';
    const sent = netlink.send(encodeInetDiagDestroy(connection, ++this.#sequence));
    if (!sent.ok) return { ...sent, op };
    const received = netlink.receive();
    if (!received.ok) return received;
    const messages = splitNetlinkMessages(received.value.datagram);
    const answer = messages.ok ? messages.value.find(({ type }) => type === NLMSG_ERROR) : undefined;
    if (answer === undefined) return { ok: false, op, errno: 'no answer' };
    const error = decodeNetlinkError(answer);
    if (!error.ok) return { ok: false, op, errno: describeProblem(error.problem) };
    const { errno } = error.value;
    return errno === 0 ? { ok: true, value: undefined } : { ok: false, op, errno: errnoName(errno) };
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets.values()) if (socket.ok) socket.value[Symbol.dispose]();
  }
}

const NOT_FOUND: readonly string[] = ['ENOENT', 'ESTALE'];

const MEANS: Readonly<Record<string, string>> = {
  ENOENT: 'no such connection any more',
  ESTALE: 'its addresses belong to another socket by now',
  EOPNOTSUPP: 'this kernel was built without CONFIG_INET_DIAG_DESTROY',
  EINVAL: 'this kernel does not know it (Linux 4.5)',
  EPERM: 'it needs CAP_NET_ADMIN in the namespace of the connection',
};

const HINTS: Readonly<Record<string, string>> = {
  EOPNOTSUPP: '--with shutdown does without it',
  EINVAL: '--with shutdown does without it',
  EPERM: 'run as root',
};

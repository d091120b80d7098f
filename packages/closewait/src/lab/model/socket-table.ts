import {
  createAddressTexts,
  decodeInetDiagMessage,
  decodeNetlinkError,
  encodeInetDiagLookup,
  NLMSG_ERROR,
  type SocketIdentity,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import { ClosewaitError, type SocketFacts } from '@closewait/core/facts';
import type { TableEntry } from '@closewait/core/tcp/linux';
import { NetlinkSocket, type PrivateNetwork } from '../../ffi/index.ts';
import { destroySocket } from '../destroy-socket.ts';
import { must } from './must.ts';
import { within } from './wire-networks.ts';

/** Which socket is asked for. */
export type SocketName = Omit<SocketIdentity, 'cookie'>;

/** What sock_diag says of one socket. */
export interface TableRow {
  readonly facts: SocketFacts;
  readonly entry: TableEntry;
}

const ENOENT = 2;
const EOPNOTSUPP = 95;

/** The socket table of one network, asked for one socket at a time: 20 µs a question. */
export class SocketTable implements Disposable {
  readonly #netlink: NetlinkSocket;
  readonly #netns: number;
  readonly #addresses = createAddressTexts();
  #sequence = 0;

  private constructor(netlink: NetlinkSocket, netns: number) {
    this.#netlink = netlink;
    this.#netns = netns;
  }

  static open(network: PrivateNetwork): SocketTable {
    const netlink = within(network, () => must('open a sock_diag socket', NetlinkSocket.open()));
    return new SocketTable(netlink, network.inode);
  }

  /** The connection with these addresses; null where the table has none, but perhaps a listener. */
  find(name: SocketName): TableRow | null {
    const row = this.#ask(name);
    return row !== null && row.facts.remote.port === name.remote.port ? row : null;
  }

  /** The listener on a local address; null where nothing listens. */
  findListener(local: SocketName['local']): TableRow | null {
    const row = this.#ask({ family: 'ipv4', local, remote: { address: '0.0.0.0', port: 0 } });
    return row?.facts.state === 'LISTEN' ? row : null;
  }

  /** Whether this kernel can end sockets for somebody else: CONFIG_INET_DIAG_DESTROY. Asked with a socket that does not exist. */
  canDestroy(): boolean {
    const nowhere = { address: '0.0.0.0', port: 0 };
    return this.destroy({ family: 'ipv4', local: nowhere, remote: nowhere, cookie: 0n }) !== EOPNOTSUPP;
  }

  /** SOCK_DESTROY: 0, or the error number. Needs CAP_NET_ADMIN in the network. */
  destroy(identity: SocketIdentity): number {
    return must('end a socket', destroySocket(this.#netlink, identity, this.#next()));
  }

  #ask(name: SocketName): TableRow | null {
    const [message] = this.#exchange(encodeInetDiagLookup(name, this.#next()));
    if (message === undefined) throw garbled('answer');
    if (message.type === NLMSG_ERROR) {
      const errno = errnoOf(message);
      if (errno === ENOENT) return null;
      throw new ClosewaitError('cannot-look', `sock_diag answered error ${errno}`, { op: 'sock_diag' });
    }
    const decoded = decodeInetDiagMessage(message.payload, this.#netns, [], this.#addresses);
    if (!decoded.ok) throw garbled(decoded.problem.what);
    return { facts: decoded.value, entry: entryOf(decoded.value) };
  }

  #next(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  #exchange(request: Uint8Array): ReturnType<typeof messagesOf> {
    must('ask sock_diag', this.#netlink.send(request));
    return messagesOf(must('hear sock_diag', this.#netlink.receive()).datagram);
  }

  [Symbol.dispose](): void {
    this.#netlink[Symbol.dispose]();
  }
}

/**
 * A request socket is listed as SYN-RECEIVED, not by its own number (inet_req_diag_fill, net/ipv4/inet_diag.c). It has no
 * inode; a full socket in that state has one, for closing it leads to FIN-WAIT-1.
 */
function entryOf({ state, timer, inode }: SocketFacts): TableEntry {
  if (state === 'SYN-RECEIVED' && inode === 0) return 'request';
  return timer.kind === 'time-wait' ? 'outside' : 'socket';
}

function messagesOf(datagram: Uint8Array) {
  const split = splitNetlinkMessages(datagram);
  if (!split.ok) throw garbled(split.problem.what);
  return split.value;
}

function errnoOf(message: ReturnType<typeof messagesOf>[number]): number {
  const decoded = decodeNetlinkError(message);
  if (!decoded.ok) throw garbled(decoded.problem.what);
  return decoded.value.errno;
}

function garbled(what: string): ClosewaitError {
  return new ClosewaitError('internal', `sock_diag sent no usable ${what}`, { op: 'sock_diag' });
}

import {
  type AddressTexts,
  decodeInetDiagMessage,
  describeProblem,
  isSocketMessage,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import {
  type ConnectionIdentity,
  type KernelSource,
  known,
  type Reading,
  type SocketFacts,
  type SocketTimer,
  unknown,
} from '@closewait/core/facts';
import { TCP_STATES, type TcpState } from '@closewait/core/tcp';

/** Connections: what listens is none, and what is CLOSED is not listed. */
const STATES = TCP_STATES.filter((state) => state !== 'CLOSED' && state !== 'LISTEN');
/** Asking for more ports than these one by one costs more than asking for all. */
const MOST_PORTS = 8;

/** Where a connection stands now: its state, `CLOSED` where the kernel does not list it any more, or that another one has its addresses. */
export type Standing = TcpState | 'another';

/** The sockets of some connections as the kernel lists them now. */
export class SocketView {
  readonly #byCookie = new Map<bigint, SocketFacts>();
  readonly #byEnds = new Map<string, bigint>();
  readonly #unread = new Map<number, Reading<never>>();
  readonly #addresses: AddressTexts;

  private constructor(addresses: AddressTexts) {
    this.#addresses = addresses;
  }

  /**
   * One look at the ports of the connections, and a second one where any is missing: a dump goes on by counting from where a datagram
   * of it ended in a bucket (inet_diag_dump_icsk, net/ipv4/inet_diag.c), and passes a socket over where another has left that bucket
   * meanwhile, one in 100,000 at 15,000 connections a second (Linux 6.18). `pathOf`: a path through which a namespace can be entered.
   */
  static take(
    source: KernelSource,
    connections: readonly ConnectionIdentity[],
    { pathOf, addresses }: { readonly pathOf: (netns: number) => string | null; readonly addresses: AddressTexts },
  ): SocketView {
    const view = new SocketView(addresses);
    for (const [netns, own] of Map.groupBy(connections, (connection) => connection.netns)) {
      const path = pathOf(netns);
      if (path === null) view.#unread.set(netns, unknown('unsupported', `no way into network namespace ${netns}`));
      else {
        const ports = [...new Set(own.map(({ local }) => local.port))];
        view.#read(source, { inode: netns, path }, ports);
        const isMissing = own.some(({ cookie }) => !view.#byCookie.has(cookie));
        if (isMissing) view.#read(source, { inode: netns, path }, ports);
      }
    }
    return view;
  }

  /** Not known where its namespace could not be read again. */
  standingOf(connection: ConnectionIdentity): Reading<Standing> {
    const unread = this.#unread.get(connection.netns);
    if (unread !== undefined) return unread;
    const socket = this.#byCookie.get(connection.cookie);
    if (socket !== undefined) return known(socket.state);
    const other = this.#byEnds.get(endsOf(connection));
    return known(other === undefined ? 'CLOSED' : 'another');
  }

  /** Null where the kernel does not list it, or that could not be read. */
  timerOf({ cookie }: ConnectionIdentity): SocketTimer | null {
    return this.#byCookie.get(cookie)?.timer ?? null;
  }

  #read(
    source: KernelSource,
    namespace: { readonly inode: number; readonly path: string },
    ports: readonly number[],
  ): void {
    for (const localPort of ports.length > MOST_PORTS ? [undefined] : ports) {
      const dump = source.dumpSockets(namespace, {
        family: 'any',
        states: STATES,
        extensions: [],
        ...(localPort === undefined ? {} : { localPort }),
      });
      if (!dump.known) {
        this.#unread.set(namespace.inode, dump);
        return;
      }
      for (const datagram of dump.value) {
        const split = splitNetlinkMessages(datagram);
        if (!split.ok) this.#unread.set(namespace.inode, unknown('garbled', describeProblem(split.problem)));
        else {
          for (const { type, payload } of split.value) {
            if (!isSocketMessage(type)) continue;
            const socket = decodeInetDiagMessage(payload, namespace.inode, [], this.#addresses);
            if (socket.ok) this.#add(socket.value);
            else this.#unread.set(namespace.inode, unknown('garbled', describeProblem(socket.problem)));
          }
        }
      }
    }
  }

  #add(socket: SocketFacts): void {
    this.#byCookie.set(socket.cookie, socket);
    // The remainder of a connection that has ended is no other one.
    if (socket.state !== 'TIME-WAIT') this.#byEnds.set(endsOf(socket), socket.cookie);
  }
}

function endsOf({ netns, local, remote }: Pick<SocketFacts, 'netns' | 'local' | 'remote'>): string {
  return `${netns} ${local.address} ${local.port} ${remote.address} ${remote.port}`;
}

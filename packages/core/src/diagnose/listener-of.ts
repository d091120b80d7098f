import { type SocketFacts, unmapAddress } from '../facts/index.ts';

/** Listeners by namespace and port: a host with 100,000 connections asks 100,000 times. */
export class ListenerIndex {
  readonly #byNetns = new Map<number, Map<number, PortListeners>>();
  /** What the last connection came by: the next one mostly came by the same. */
  #latestNetns = -1;
  #latestPort = -1;
  #latest: PortListeners | undefined;

  constructor(listeners: readonly SocketFacts[]) {
    for (const listener of listeners) this.#portOf(listener).add(listener);
  }

  /**
   * The listeners that can have made this connection, the most specific address first. Several of one address share
   * the port by SO_REUSEPORT: the kernel does not say which of them a connection belongs to. Connections with the same
   * listeners get the same array.
   */
  of(socket: SocketFacts): readonly SocketFacts[] {
    const { netns, local } = socket;
    if (local.port !== this.#latestPort || netns !== this.#latestNetns) {
      this.#latestPort = local.port;
      this.#latestNetns = netns;
      this.#latest = this.#byNetns.get(netns)?.get(local.port);
    }
    return this.#latest?.of(socket.family, local.address) ?? NONE;
  }

  #portOf({ netns, local: { port } }: SocketFacts): PortListeners {
    const byPort = this.#byNetns.get(netns) ?? new Map<number, PortListeners>();
    this.#byNetns.set(netns, byPort);
    const found = byPort.get(port) ?? new PortListeners();
    byPort.set(port, found);
    return found;
  }
}

const NONE: readonly SocketFacts[] = [];

/** The listeners of one port, by address. */
class PortListeners {
  /** An IPv4-mapped address is an IPv4 one here. */
  readonly #byAddress = new Map<string, SocketFacts[]>();
  #isSpecific = false;

  add(listener: SocketFacts): void {
    const { address } = listener.local;
    const plain = unmapAddress(address);
    const alike = this.#byAddress.get(plain);
    if (alike === undefined) this.#byAddress.set(plain, [listener]);
    else alike.push(listener);
    this.#isSpecific ||= address !== ANY_IPV4 && address !== ANY_IPV6;
  }

  /** `::` takes IPv4 too unless IPV6_V6ONLY is set; then the connection would not be `ipv4-mapped`. */
  of(family: SocketFacts['family'], address: string): readonly SocketFacts[] {
    // A connection's own address is never the unspecified one, so most ports need no look at it.
    const exact = this.#isSpecific ? this.#byAddress.get(unmapAddress(address)) : undefined;
    return exact ?? this.#byAddress.get(family === 'ipv4' ? ANY_IPV4 : ANY_IPV6) ?? NONE;
  }
}

const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';

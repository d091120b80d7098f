import { type SocketFacts, unmapAddress } from '../facts/index.ts';

/** Listeners by namespace and port: a host with 100,000 connections asks 100,000 times. */
export class ListenerIndex {
  readonly #byPort = new Map<string, SocketFacts[]>();

  constructor(listeners: readonly SocketFacts[]) {
    for (const listener of listeners) {
      const key = portKey(listener);
      const list = this.#byPort.get(key);
      if (list === undefined) this.#byPort.set(key, [listener]);
      else list.push(listener);
    }
  }

  /**
   * The listeners that can have made this connection, the most specific address first. Several of one address share
   * the port by SO_REUSEPORT: the kernel does not say which of them a connection belongs to.
   */
  of(socket: SocketFacts): readonly SocketFacts[] {
    const candidates = this.#byPort.get(portKey(socket)) ?? [];
    const exact = candidates.filter((listener) => isSameAddress(listener, socket));
    return exact.length > 0 ? exact : candidates.filter((listener) => isWildcardFor(listener, socket));
  }
}

function portKey({ netns, local }: SocketFacts): string {
  return `${netns} ${local.port}`;
}

function isSameAddress(listener: SocketFacts, socket: SocketFacts): boolean {
  return unmapAddress(listener.local.address) === unmapAddress(socket.local.address);
}

/** `::` takes IPv4 too unless IPV6_V6ONLY is set; then the connection would not be `ipv4-mapped`. */
function isWildcardFor(listener: SocketFacts, socket: SocketFacts): boolean {
  return listener.local.address === (socket.family === 'ipv4' ? '0.0.0.0' : '::');
}

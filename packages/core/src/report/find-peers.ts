import { type Endpoint, type SocketFacts, unmapAddress } from '../facts/index.ts';

/**
 * The other ends of connections that are on this host too, by the cookie of the one that was asked about: the socket
 * with the same two endpoints the other way round. Of several the one in the same network namespace; over a loopback
 * address no other can be it.
 */
export function findPeers(
  connections: readonly SocketFacts[],
  sockets: readonly SocketFacts[],
): ReadonlyMap<bigint, SocketFacts> {
  const wanted = Map.groupBy(connections, ({ local, remote }) => keyOf(remote, local));
  const peers = new Map<bigint, SocketFacts>();
  for (const socket of sockets) {
    if (socket.state === 'LISTEN') continue;
    for (const asking of wanted.get(keyOf(socket.local, socket.remote)) ?? []) {
      const isNear = socket.netns === asking.netns;
      if (isNear || (!isLoopback(socket.local) && !peers.has(asking.cookie))) peers.set(asking.cookie, socket);
    }
  }
  return peers;
}

/** Whether an address never leaves its host: 127.0.0.0/8 (RFC 1122 3.2.1.3) and ::1 (RFC 4291 2.5.3). */
function isLoopback({ address }: Endpoint): boolean {
  const plain = unmapAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** The same of an endpoint as documents spell it. */
export function isLoopbackText(endpoint: string): boolean {
  return /^(127\.|\[::1\]|\[::ffff:127\.)/.test(endpoint);
}

function keyOf(from: Endpoint, to: Endpoint): string {
  return `${unmapAddress(from.address)} ${from.port} ${unmapAddress(to.address)} ${to.port}`;
}

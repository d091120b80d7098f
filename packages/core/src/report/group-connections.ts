import { type Connections, type StuckConnection, visitConnections } from '../diagnose/index.ts';
import { unmapAddress } from '../facts/index.ts';
import type { PeerCount, PortCount } from './document.ts';
import { PortCounts } from './port-counts.ts';

/** What the connections of a finding have in common and where they differ. */
export interface ConnectionGroups {
  readonly oldestAgeMs: number | null;
  readonly oldestAgeIs: 'exact' | 'at-least' | null;
  readonly newestAgeMs: number | null;
  readonly peers: readonly PeerCount[];
  readonly peerCount: number;
  readonly localPorts: readonly PortCount[];
  readonly remotePorts: readonly PortCount[];
}

/** Ages, peers and ports of a finding's connections, in one pass: there may be 100,000. */
export function groupConnections(connections: Connections, cap: number): ConnectionGroups {
  const byRemote = new Map<string, number>();
  const localPorts = new PortCounts(connections.length);
  const remotePorts = new PortCounts(connections.length);
  let oldest = -1;
  let newest = Number.POSITIVE_INFINITY;
  let exact = true;
  visitConnections(connections, (socket, ageMs, is) => {
    const { address, port } = socket.remote;
    increment(byRemote, address);
    localPorts.add(socket.local.port);
    remotePorts.add(port);
    exact &&= ageMs >= 0 && is === 'exact';
    if (ageMs < 0) return;
    if (ageMs > oldest) oldest = ageMs;
    if (ageMs < newest) newest = ageMs;
  });
  const aged = oldest >= 0;
  const peers = uniteMapped(byRemote);
  return {
    oldestAgeMs: aged ? oldest : null,
    oldestAgeIs: aged ? (exact ? 'exact' : 'at-least') : null,
    newestAgeMs: aged ? newest : null,
    peers: mostFirst(peers, cap).map(([address, count]) => ({ address, count })),
    peerCount: peers.size,
    localPorts: mostFirst(localPorts, cap).map(([port, count]) => ({ port, count })),
    remotePorts: mostFirst(remotePorts, cap).map(([port, count]) => ({ port, count })),
  };
}

/** The oldest connections, oldest first, unknown ages last. */
export function selectOldest(connections: Connections, cap: number): readonly StuckConnection[] {
  const oldest = new Highest<number>(cap);
  let index = 0;
  visitConnections(connections, (_socket, ageMs) => oldest.add(index++, ageMs));
  return oldest.inOrder().flatMap((place) => connections.at(place) ?? []);
}

/** The `cap` items with the highest values, of equal ones the first; sorts no more than twice as many at a time. */
class Highest<T> {
  readonly #cap: number;
  #kept: (readonly [T, number])[] = [];
  #floor = Number.NEGATIVE_INFINITY;

  constructor(cap: number) {
    this.#cap = cap;
  }

  add(item: T, value: number): void {
    if (value <= this.#floor) return;
    this.#kept.push([item, value]);
    if (this.#kept.length < 2 * this.#cap) return;
    this.#kept = this.#sorted();
    this.#floor = this.#kept.at(-1)?.[1] ?? this.#floor;
  }

  inOrder(): readonly T[] {
    return this.#sorted().map(([item]) => item);
  }

  #sorted(): (readonly [T, number])[] {
    return this.#kept.toSorted((a, b) => b[1] - a[1]).slice(0, this.#cap);
  }
}

function increment<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** An IPv4 address and the mapped one are one peer. */
function uniteMapped(byRemote: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (!byRemote.keys().some((address) => unmapAddress(address) !== address)) return byRemote;
  const peers = new Map<string, number>();
  for (const [address, count] of byRemote) increment(peers, unmapAddress(address), count);
  return peers;
}

/** Equal counts keep the order in which they were first seen. */
function mostFirst<K>(counts: Iterable<readonly [K, number]>, cap: number): readonly (readonly [K, number])[] {
  const most = new Highest<readonly [K, number]>(cap);
  for (const entry of counts) most.add(entry, entry[1]);
  return most.inOrder();
}

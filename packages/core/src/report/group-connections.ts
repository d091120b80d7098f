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

/** Puts together what findings' connections have in common. */
export class ConnectionGrouper {
  readonly #localPorts = new PortCounts();
  readonly #remotePorts = new PortCounts();

  /** Ages, peers and ports of a finding's connections, in one pass: there may be 100,000. */
  group(connections: Connections, cap: number): ConnectionGroups {
    const peers = new PeerCounts();
    let oldest = -1;
    let newest = Number.POSITIVE_INFINITY;
    let exact = true;
    visitConnections(connections, (socket, ageMs, is) => {
      const { address, port } = socket.remote;
      peers.add(address);
      this.#localPorts.add(socket.local.port);
      this.#remotePorts.add(port);
      exact &&= ageMs >= 0 && is === 'exact';
      if (ageMs < 0) return;
      if (ageMs > oldest) oldest = ageMs;
      if (ageMs < newest) newest = ageMs;
    });
    const aged = oldest >= 0;
    const byAddress = peers.united();
    return {
      oldestAgeMs: aged ? oldest : null,
      oldestAgeIs: aged ? (exact ? 'exact' : 'at-least') : null,
      newestAgeMs: aged ? newest : null,
      peers: mostPeers(byAddress, cap),
      peerCount: byAddress.size,
      localPorts: mostPorts(this.#localPorts, cap),
      remotePorts: mostPorts(this.#remotePorts, cap),
    };
  }
}

function mostPeers(byAddress: ReadonlyMap<string, number>, cap: number): readonly PeerCount[] {
  const most = new Highest<string>(cap);
  for (const [address, count] of byAddress) most.add(address, count);
  return most.inOrder().map(([address, count]) => ({ address, count }));
}

function mostPorts(ports: PortCounts, cap: number): readonly PortCount[] {
  const most = new Highest<number>(cap);
  ports.drain((port, count) => most.add(port, count));
  return most.inOrder().map(([port, count]) => ({ port, count }));
}

/** The oldest connections, oldest first, unknown ages last. */
export function selectOldest(connections: Connections, cap: number): readonly StuckConnection[] {
  const oldest = new Highest<number>(cap);
  let index = 0;
  visitConnections(connections, (_socket, ageMs) => oldest.add(index++, ageMs));
  return oldest.inOrder().flatMap(([place]) => connections.at(place) ?? []);
}

/**
 * The `cap` items with the highest values, of equal ones the first; sorts no more than twice as many at a time.
 */
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

  inOrder(): readonly (readonly [T, number])[] {
    return this.#sorted();
  }

  #sorted(): (readonly [T, number])[] {
    return this.#kept.toSorted((a, b) => b[1] - a[1]).slice(0, this.#cap);
  }
}

/** Connections by the address of their peer. */
class PeerCounts {
  readonly #byAddress = new Map<string, number>();
  /** Not in the map yet: the next connection is often of the same peer. */
  #latest = '';
  #count = 0;

  add(address: string): void {
    if (address !== this.#latest) {
      this.#keep();
      this.#latest = address;
    }
    this.#count++;
  }

  /** An IPv4 address and the mapped one are one peer. */
  united(): ReadonlyMap<string, number> {
    this.#keep();
    if (!this.#byAddress.keys().some((address) => unmapAddress(address) !== address)) return this.#byAddress;
    const peers = new Map<string, number>();
    for (const [address, count] of this.#byAddress) {
      const peer = unmapAddress(address);
      peers.set(peer, (peers.get(peer) ?? 0) + count);
    }
    return peers;
  }

  #keep(): void {
    if (this.#count > 0) this.#byAddress.set(this.#latest, (this.#byAddress.get(this.#latest) ?? 0) + this.#count);
    this.#count = 0;
  }
}

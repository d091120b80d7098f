import { connectionAge, type Finding, RelayLegs, type StuckConnection } from '../diagnose/index.ts';
import type { ConnectionIdentity, Facts } from '../facts/index.ts';

/** Two pairs of one relay are told apart by their bytes, and by their ages where these differ by more. */
const SAME_MOMENT_MS = 4000;

/** The other sides of half-closed relays, as the diagnosis finds them. */
export interface PairedLegs {
  /** Null: there is none, or it is not sure which one it is: another pair of the same relay looks the same. */
  legOf(connection: StuckConnection): ConnectionIdentity | null;
}

/**
 * Finds for the connections of findings the FIN-WAIT-2 socket on the other side. What looks the same is only taken as a
 * whole: with all connections that look so, all of their legs are meant, whichever belongs to which.
 */
export function pairRelayLegs(facts: Facts, findings: readonly Finding[]): PairedLegs {
  const relays = findings.filter(({ cause }) => cause === 'half-closed-relay');
  if (relays.length === 0) return { legOf: () => null };
  const asked = new Set(relays.flatMap(({ connections }) => connections.map(({ socket }) => socket.cookie)));
  const search = new RelayLegs(facts);
  const legs = new Map<bigint, ConnectionIdentity>();
  const others: StuckConnection[] = [];
  for (const socket of facts.sockets) {
    if (socket.state !== 'CLOSE-WAIT') continue;
    const holders = facts.holders.get(socket.inode) ?? [];
    const connection = { socket, holders, age: connectionAge(socket) };
    const leg = search.take(connection)?.socket;
    if (leg === undefined) continue;
    if (asked.has(socket.cookie)) legs.set(socket.cookie, identify(leg, facts.holders.get(leg.inode) ?? []));
    else others.push(connection);
  }
  return {
    legOf: (connection) =>
      others.some((other) => looksLike(connection, other)) ? null : (legs.get(connection.socket.cookie) ?? null),
  };
}

function looksLike(a: StuckConnection, b: StuckConnection): boolean {
  const pids = new Set(a.holders.map(({ pid }) => pid));
  if (!b.holders.some(({ pid }) => pids.has(pid))) return false;
  if (bytesOf(a) !== bytesOf(b)) return false;
  return Math.abs((a.age.ms ?? 0) - (b.age.ms ?? 0)) <= SAME_MOMENT_MS;
}

function bytesOf({ socket: { info } }: StuckConnection): number | null {
  return info.known ? info.value.bytesReceived : null;
}

/** Everything that is compared at the moment of acting, copied: sockets of a look read their fields when asked. */
export function identify(
  socket: Omit<ConnectionIdentity, 'holders'>,
  holders: ConnectionIdentity['holders'],
): ConnectionIdentity {
  const { netns, cookie, inode, family, local, remote } = socket;
  return { netns, cookie, inode, family, local, remote, holders };
}

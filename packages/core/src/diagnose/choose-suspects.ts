import type { Facts, Suspects } from '../facts/index.ts';
import { listConnections } from './diagnose.ts';
import { OwnerFinder } from './owner-finder.ts';
import { type RelayLeg, RelayLegs } from './relay-legs.ts';

/** Whom a look should look at closely: whoever holds a connection that is stuck, or has it in an accept queue. */
export function chooseSuspects(facts: Facts, { minAgeMs }: { readonly minAgeMs: number }): Suspects {
  const finder = new OwnerFinder(facts);
  const pids = new Set<number>();
  const inodes = new Set<number>();
  const hidden = new Set<number>();
  const relays = new RelayLegs(facts);
  const legs: RelayLeg[] = [];
  for (const connection of listConnections(facts)) {
    const { socket, holders, age } = connection;
    if (socket.state !== 'CLOSE-WAIT' || (age.ms !== null && age.ms < minAgeMs)) continue;
    if (socket.inode > 0) inodes.add(socket.inode);
    if (socket.inode > 0 && holders.length === 0) hidden.add(socket.inode);
    for (const { pid } of holders) pids.add(pid);
    // Only what waits in an accept queue belongs to somebody who does not hold it.
    const owner = holders.length > 0 ? null : finder.ownerOf(connection);
    if (owner !== null) pids.add(owner.pid);
    const leg = relays.take(connection);
    if (leg !== null) legs.push(leg);
  }
  // The other side of a relay: whether somebody waits for it, in this process or in a relative of it.
  for (const { socket, pid } of legs) {
    inodes.add(socket.inode);
    pids.add(pid);
  }
  return { pids, inodes, hidden };
}

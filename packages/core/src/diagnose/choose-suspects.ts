import { type Facts, type Holder, InodeSet, type Suspects } from '../facts/index.ts';
import { connectionAge } from './connection-age.ts';
import type { RelayLeg } from './leg-queue.ts';
import { OwnerFinder } from './owner-finder.ts';
import { RelayLegs } from './relay-legs.ts';

/** Whom a look should look at closely: whoever holds a connection that is stuck, or has it in an accept queue. */
export function chooseSuspects(facts: Facts, { minAgeMs }: { readonly minAgeMs: number }): Suspects {
  const finder = new OwnerFinder(facts);
  const pids = new Set<number>();
  const inodes = new InodeSet();
  const hidden = new Set<number>();
  const relays = new RelayLegs(facts);
  const legs: RelayLeg[] = [];
  for (const socket of facts.sockets) {
    if (socket.state !== 'CLOSE-WAIT') continue;
    const { inode, info } = socket;
    if (info.known && info.value.lastAckReceivedMs < minAgeMs) continue;
    if (inode > 0) inodes.add(inode);
    const only = facts.holders.onlyPidOf?.(inode) ?? 0;
    if (only > 0 && !relays.mayHaveLeg(socket, info)) {
      pids.add(only);
      continue;
    }
    const holders = facts.holders.get(inode) ?? NO_HOLDERS;
    if (inode > 0 && holders.length === 0) hidden.add(inode);
    for (const { pid } of holders) pids.add(pid);
    // Only what waits in an accept queue belongs to somebody who does not hold it.
    const owner = holders.length > 0 ? null : finder.ownerOf({ socket, holders });
    if (owner !== null) pids.add(owner.pid);
    const leg = relays.take({ socket, holders, age: connectionAge(socket) });
    if (leg !== null) legs.push(leg);
  }
  // The other side of a relay: whether somebody waits for it, in this process or in a relative of it.
  for (const { socket, pid } of legs) {
    inodes.add(socket.inode);
    pids.add(pid);
  }
  return { pids, inodes, hidden };
}

const NO_HOLDERS: readonly Holder[] = [];

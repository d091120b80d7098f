import { type SocketFacts, valueOr } from '@closewait/core/facts';
import type { Gathered, GatherQuery } from './gathered.ts';
import type { HeldListing } from './list-held.ts';
import { isClosedAfterUse } from './read-closed.ts';
import { readListeners } from './read-listeners.ts';
import { readUnheld } from './read-unheld.ts';

/** Sockets with their holders from a walk over all descriptors, and from sock_diag the few that no descriptor refers to. */
export function gatherHeld(listing: HeldListing, query: GatherQuery): Gathered {
  const { source, namespaces, inUseBefore, census, log } = query;
  const { holders, instances } = listing;
  const held = {
    countByNamespace: listing.stuckByNamespace,
    has: (inode: number) => holders.has(inode) && !listing.mptcp.has(inode),
    inUseBefore,
    otherCounts: census?.counts ?? null,
    listeners: census?.listeners ?? null,
  };
  const unheld = log.run('sock_diag', () => readUnheld(source, namespaces, held, log));
  const { sockets: loose, unread, problem } = unheld;
  const closed = census === null ? [] : closedOf(listing);
  return {
    sockets: loose.length === 0 ? listing.sockets : [...listing.sockets, ...loose],
    listeners: census?.listeners ?? readListeners(loose, query),
    holders,
    instances,
    others: null,
    closed,
    samples: listing.samples,
    owners: ownersOf(listing, closed),
    openOf: (pid) => valueOr(source.countDescriptors(pid), undefined),
    stuckByNamespace: addLoose(listing.stuckByNamespace, loose),
    unread,
    ...(problem === undefined ? {} : { problem }),
  };
}

function addLoose(counts: ReadonlyMap<number, number>, loose: readonly SocketFacts[]): Gathered['stuckByNamespace'] {
  const all = new Map(counts);
  for (const { netns } of loose) all.set(netns, (all.get(netns) ?? 0) + 1);
  return all;
}

/** The processes of all sockets, the closed ones that count among them. */
export function ownersOf({ owners }: HeldListing, closed: Gathered['closed']): ReadonlySet<number> {
  return owners.union(new Set(closed.flatMap(({ holders }) => holders.map(({ pid }) => pid))));
}

/** What was a connection, of the sockets that the kernel has closed. */
export function closedOf({ closed }: HeldListing): Gathered['closed'] {
  return closed.flatMap(({ socket: { inode, family, info }, holders }) =>
    isClosedAfterUse(info)
      ? [{ inode, holders, protocol: family === 'ipv4' ? ('TCP' as const) : ('TCPv6' as const), info }]
      : [],
  );
}

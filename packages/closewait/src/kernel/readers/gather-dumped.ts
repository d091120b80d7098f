import { type HolderMap, InodeSet, type SocketFacts, valueOr } from '@closewait/core/facts';
import { closedOf, ownersOf } from './gather-held.ts';
import type { Gathered, GatherQuery } from './gathered.ts';
import type { HeldListing } from './list-held.ts';
import { readClosed } from './read-closed.ts';
import { readHolders } from './read-holders.ts';
import { readListeners } from './read-listeners.ts';
import { readSockets, type SocketList } from './read-sockets.ts';
import { DescriptorSampler } from './sample-descriptors.ts';

type Holding = Omit<Gathered, 'sockets' | 'listeners' | 'stuckByNamespace' | 'unread' | 'problem'>;

/**
 * Sockets from sock_diag, in whatever states, and their holders: from a walk over all descriptors where there is one,
 * otherwise from the descriptor tables of all processes.
 */
export async function gatherDumped(listing: HeldListing | null, query: GatherQuery): Promise<Gathered> {
  const { source, namespaces, states, census, log } = query;
  // A busy host has tens of thousands of connections in FIN-WAIT-2 that no process has any more; they are counted.
  const asked = { states, extensions: ['info'] as const, orphans: census === null };
  const list: SocketList = log.run('sock_diag', () => readSockets(source, namespaces, asked, log));
  const { sockets, unread, problem } = list;
  const listeners = census?.listeners ?? readListeners(sockets, query);
  const of = [...sockets, ...listeners, ...(census?.congested ?? [])];
  const holding = listing === null ? await readTables(of, list, query) : holdingOf(listing, query);
  const stuckByNamespace = countStuck(sockets);
  return { sockets, listeners, ...holding, stuckByNamespace, unread, ...(problem === undefined ? {} : { problem }) };
}

function countStuck(sockets: readonly SocketFacts[]): Gathered['stuckByNamespace'] {
  const counts = new Map<number, number>();
  for (const { state, netns } of sockets) {
    if (state === 'CLOSE-WAIT') counts.set(netns, (counts.get(netns) ?? 0) + 1);
  }
  return counts;
}

function holdingOf(listing: HeldListing, { source, census }: GatherQuery): Holding {
  const closed = census === null ? [] : closedOf(listing);
  return {
    holders: listing.holders,
    instances: listing.instances,
    others: null,
    closed,
    samples: listing.samples,
    owners: ownersOf(listing, closed),
    openOf: (pid) => valueOr(source.countDescriptors(pid), undefined),
  };
}

/** Descriptor tables are the dearest thing to read: only when there is a socket to attribute. */
async function readTables(
  sockets: readonly SocketFacts[],
  { answered }: SocketList,
  { source, pids, census, log }: GatherQuery,
): Promise<Holding> {
  const inodes = new InodeSet();
  for (const { inode } of sockets) if (inode > 0) inodes.add(inode);
  // A report also looks for sockets that sock_diag has forgotten, so it cannot do without.
  if (inodes.size === 0 && census === null) return NO_HOLDING;
  const wanted = { inodes, exceptOthers: census?.inodes ?? null };
  const index = await log.runAsync('descriptors', () => readHolders(source, pids, wanted, log));
  const { holders, instances, others } = index;
  const openOf = (pid: number): number | undefined => index.openByPid.get(pid);
  const { samples } = sampleStuck(sockets, holders);
  if (census === null) return { holders, instances, others, closed: [], samples, owners: index.owners, openOf };
  const listed = new Set(answered.map(({ inode }) => inode));
  const { closed } = log.run('closed sockets', () => readClosed(source, others, listed, log));
  const owners = index.owners.union(new Set(closed.flatMap((socket) => socket.holders.map(({ pid }) => pid))));
  return { holders, instances, others, closed, samples, owners, openOf };
}

function sampleStuck(sockets: readonly SocketFacts[], holders: HolderMap): DescriptorSampler {
  const sampler = new DescriptorSampler();
  for (const { state, inode } of sockets) {
    if (state !== 'CLOSE-WAIT') continue;
    const pid = holders.onlyPidOf?.(inode) ?? 0;
    if (pid === 0 || sampler.wantsOwn(pid)) sampler.add(inode, holders.get(inode) ?? []);
  }
  return sampler;
}

const NO_HOLDING: Holding = {
  holders: new Map(),
  instances: new Map(),
  others: null,
  closed: [],
  samples: new Map(),
  owners: new Set(),
  openOf: () => undefined,
};

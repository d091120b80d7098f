import { decodeEpollEvents, decodeEpollWatches } from '@closewait/core/codec';
import {
  type EpollFacts,
  type Holder,
  type Interest,
  type KernelSource,
  known,
  type Reading,
  unknown,
} from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';
import type { LookLog } from './look-log.ts';
import type { TableEntry } from './read-holders.ts';

/** What the epoll instances of the suspects watch. */
export interface InterestIndex {
  readonly interests: ReadonlyMap<number, readonly Interest[]>;
  readonly epolls: ReadonlyMap<number, Reading<readonly EpollFacts[]>>;
}

/** A row of an instance costs about 1 µs; a process with more instances than this has one for each connection. */
const MOST_INSTANCES = 256;

/** Watches on which sockets to keep. */
export interface WantedWatches {
  readonly isWanted: (inode: number) => boolean;
  /** Who holds them: what tells the device of sockets. */
  readonly holders: ReadonlyMap<number, readonly Holder[]>;
}

interface Match {
  readonly inode: number;
  readonly device: number;
  /** The number under which it was added. */
  readonly descriptor: number;
  readonly interest: Interest;
}

/**
 * Reads /proc/PID/fdinfo of each epoll instance and keeps the watches on wanted sockets. They are matched by inode,
 * not by descriptor: a closed one stays listed under its old number.
 */
export function readInterests(
  source: KernelSource,
  epollsByPid: ReadonlyMap<number, readonly TableEntry[]>,
  { isWanted, holders }: WantedWatches,
  log: LookLog,
): InterestIndex {
  const matches: Match[] = [];
  const epolls = new Map<number, Reading<readonly EpollFacts[]>>();
  for (const [pid, entries] of epollsByPid) {
    epolls.set(pid, readInstances(source, pid, entries, isWanted, matches));
    const unread = entries.length - MOST_INSTANCES;
    if (unread <= 0) continue;
    const why = unknown('not-asked', `no more than ${MOST_INSTANCES} of one process are read`);
    log.missed(`${unread} epoll instances of process ${pid}`, why);
  }
  const interests = Map.groupBy(onSockets(matches, holders), ({ inode }) => inode);
  return {
    interests: new Map([...interests].map(([inode, list]) => [inode, list.map(({ interest }) => interest)])),
    epolls,
  };
}

function readInstances(
  source: KernelSource,
  pid: number,
  entries: readonly TableEntry[],
  isWanted: WantedWatches['isWanted'],
  matches: Match[],
): Reading<readonly EpollFacts[]> {
  const found: EpollFacts[] = [];
  for (const { tid, fd } of entries.slice(0, MOST_INSTANCES)) {
    const watches = decodeFile(source, `/proc/${pid}/task/${tid}/fdinfo/${fd}`, decodeEpollWatches);
    if (!watches.known) {
      if (watches.why === 'gone') continue;
      return watches;
    }
    found.push({ tid, fd, watches: watches.value.length });
    for (const { inode, device, descriptor, events: mask } of watches.value) {
      if (!isWanted(inode)) continue;
      const interest = { pid, tid, epollFd: fd, mask, events: decodeEpollEvents(mask) };
      matches.push({ inode, device, descriptor, interest });
    }
  }
  return known(found);
}

/**
 * All sockets are on one device. A file of another one may have the inode number of a socket (all eventfds share one).
 * A watch whose number leads to that socket in the same table tells the device; where each number is stale, the one on
 * which most matches are.
 */
function onSockets(matches: readonly Match[], holders: WantedWatches['holders']): readonly Match[] {
  const sure = matches.find(({ inode, descriptor, interest: { pid, tid } }) =>
    holders.get(inode)?.some((holder) => holder.pid === pid && holder.tid === tid && holder.fd === descriptor),
  );
  if (sure !== undefined) return matches.filter(({ device }) => device === sure.device);
  const byDevice = Map.groupBy(matches, ({ device }) => device);
  return [...byDevice.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
}

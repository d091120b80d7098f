import { decodeEpollEvents, decodeEpollWatches } from '@closewait/core/codec';
import { type EpollFacts, type Interest, type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
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

interface Match {
  readonly inode: number;
  readonly device: number;
  readonly interest: Interest;
}

/**
 * Reads /proc/PID/fdinfo of each epoll instance and keeps the watches on sockets of `inodes`. They are matched by inode,
 * not by descriptor: a closed one stays listed under its old number.
 */
export function readInterests(
  source: KernelSource,
  epollsByPid: ReadonlyMap<number, readonly TableEntry[]>,
  inodes: ReadonlySet<number>,
  log: LookLog,
): InterestIndex {
  const matches: Match[] = [];
  const epolls = new Map<number, Reading<readonly EpollFacts[]>>();
  for (const [pid, entries] of epollsByPid) {
    epolls.set(pid, readInstances(source, pid, entries, inodes, matches));
    const unread = entries.length - MOST_INSTANCES;
    if (unread <= 0) continue;
    const why = unknown('not-asked', `no more than ${MOST_INSTANCES} of one process are read`);
    log.missed(`${unread} epoll instances of process ${pid}`, why);
  }
  const interests = Map.groupBy(onSockets(matches), ({ inode }) => inode);
  return {
    interests: new Map([...interests].map(([inode, list]) => [inode, list.map(({ interest }) => interest)])),
    epolls,
  };
}

function readInstances(
  source: KernelSource,
  pid: number,
  entries: readonly TableEntry[],
  inodes: ReadonlySet<number>,
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
    for (const { inode, device, events: mask } of watches.value) {
      if (!inodes.has(inode)) continue;
      matches.push({ inode, device, interest: { pid, tid, epollFd: fd, mask, events: decodeEpollEvents(mask) } });
    }
  }
  return known(found);
}

/**
 * All sockets are on one device. A file of another one may have the inode number of a socket (all eventfds share one):
 * the device on which most of the matches are is that of the sockets.
 */
function onSockets(matches: readonly Match[]): readonly Match[] {
  const byDevice = Map.groupBy(matches, ({ device }) => device);
  return [...byDevice.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
}

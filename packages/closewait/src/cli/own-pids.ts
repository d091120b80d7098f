import { decodeProcStat } from '@closewait/core/codec';
import { ClosewaitError, type KernelSource } from '@closewait/core/facts';

/** Deeper than any shell in a terminal in a session in a container; a ring cannot be, but bytes from outside say so. */
const MOST_GENERATIONS = 256;

/** Of a recording: it is of another host, or of another moment of this one. */
export const NO_OWN_PIDS: ReadonlySet<number> = new Set();

/**
 * This process and its ancestors, of which no connection is touched, as the mounted /proc numbers them. Where an ancestor cannot be read (hidepid) the list ends:
 * whoever may not read that may not read its descriptors either, and what it holds has no known owner.
 *
 * @throws ClosewaitError `cannot-look`: not even this process can be read.
 */
export function readOwnPids(source: KernelSource): ReadonlySet<number> {
  const pids = new Set<number>();
  let path = '/proc/self/stat';
  while (pids.size < MOST_GENERATIONS) {
    const file = source.readFile(path);
    const stat = file.known ? decodeProcStat(file.value) : null;
    if (stat === null || !stat.ok || pids.has(stat.value.pid)) break;
    pids.add(stat.value.pid);
    const { parentPid } = stat.value;
    if (parentPid <= 0) break;
    path = `/proc/${parentPid}/stat`;
  }
  if (pids.size === 0) throw new ClosewaitError('cannot-look', 'cannot tell which process this is: /proc/self/stat');
  return pids;
}

import { decodeDescriptorsInFlight, decodeRegisteredFiles } from '@closewait/core/codec';
import { type HiddenPlaces, type Holder, type KernelSource, known, unknown } from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';
import { type LookLog, Refusals } from './look-log.ts';
import type { TableEntry } from './read-holders.ts';

const MOST_UNIX_SOCKETS = 10_000;

/** Where to look for sockets that are in no descriptor table. */
export interface HiddenQuery {
  readonly inodes: ReadonlySet<number>;
  readonly ringsByPid: ReadonlyMap<number, readonly TableEntry[]>;
  /** Holders of sockets that are not TCP, by inode. */
  readonly others: ReadonlyMap<number, readonly Holder[]>;
  /** Of these sockets, see `readKeepers`. */
  readonly keepers: HiddenPlaces['keepers'];
}

/** Asks every io_uring which sockets are registered with it, and every Unix socket how many descriptors lie in its queue. */
export function readHidden(source: KernelSource, query: HiddenQuery, log: LookLog): HiddenPlaces {
  if (query.inodes.size === 0) return { registered: new Map(), inFlight: [], keepers: known(new Map()) };
  return {
    registered: readRegistered(source, query, log),
    inFlight: readInFlight(source, query, log),
    keepers: query.keepers,
  };
}

function readRegistered(
  source: KernelSource,
  { inodes, ringsByPid }: HiddenQuery,
  log: LookLog,
): HiddenPlaces['registered'] {
  const registered = new Map<number, { readonly pid: number; readonly fd: number }[]>();
  const refusals = new Refusals();
  for (const [pid, rings] of ringsByPid) {
    for (const { tid, fd } of rings) {
      const path = `/proc/${pid}/task/${tid}/fdinfo/${fd}`;
      const files = decodeFile(source, path, decodeRegisteredFiles);
      if (!files.known) {
        refusals.add(files);
        continue;
      }
      // The kernel leaves the list out while somebody uses the ring.
      if (files.value === null) refusals.add(unknown('unsupported', `${path}: no list of registered files`));
      if ((files.value?.unnamedFiles ?? 0) > 0) refusals.add(unknown('unsupported', `${path}: files without names`));
      for (const inode of files.value?.socketInodes ?? []) {
        if (inodes.has(inode)) registered.set(inode, [...(registered.get(inode) ?? []), { pid, fd }]);
      }
    }
  }
  refusals.report(log, 'files registered with the io_urings');
  return registered;
}

function readInFlight(source: KernelSource, { others }: HiddenQuery, log: LookLog): HiddenPlaces['inFlight'] {
  const found: { readonly pid: number; readonly fd: number; readonly count: number }[] = [];
  let asked = 0;
  for (const holders of others.values()) {
    const [holder] = holders;
    if (holder === undefined) continue;
    const { pid, tid, fd } = holder;
    if (asked >= MOST_UNIX_SOCKETS) {
      log.missed('descriptors in flight', unknown('not-asked', `no more than ${MOST_UNIX_SOCKETS} sockets are asked`));
      break;
    }
    asked++;
    const count = decodeFile(source, `/proc/${pid}/task/${tid}/fdinfo/${fd}`, decodeDescriptorsInFlight);
    if (count.known && count.value !== null && count.value > 0) found.push({ pid, fd, count: count.value });
  }
  return found;
}

import {
  ClosewaitError,
  type CountedHolder,
  type Holder,
  type KernelSetting,
  type KernelSource,
  type LookTime,
  type StateCountFacts,
  type StateDetail,
  valueOr,
} from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { countSockets, type SocketCount } from './readers/count-sockets.ts';
import { listHeld } from './readers/list-held.ts';
import { LookLog } from './readers/look-log.ts';
import { readHolders } from './readers/read-holders.ts';
import { readHost } from './readers/read-host.ts';
import { readNamespaces, readOwnNamespace } from './readers/read-namespaces.ts';
import { readPids } from './readers/read-pids.ts';
import { readProcess } from './readers/read-process.ts';
import { readSettings } from './readers/read-settings.ts';

/** What to count. */
export interface CountOptions {
  /** Every network namespace that can be entered, or the own one alone. */
  readonly allNamespaces: boolean;
  /** A state to look at in detail: its ports and holders. */
  readonly state: TcpState | null;
  /** Settings to read with it. */
  readonly settings: readonly KernelSetting[];
}

/**
 * Counts the TCP sockets of all namespaces by state.
 *
 * @throws ClosewaitError `cannot-look` when not one namespace's sockets could be read.
 */
export async function countStates(
  source: KernelSource,
  { allNamespaces, state, settings }: CountOptions,
): Promise<StateCountFacts> {
  const time = source.beginLook();
  const log = new LookLog(source);
  const { pids } = log.run('processes', () => (allNamespaces || state !== null ? readPids(source, log) : { pids: [] }));
  const { namespaces, problem } = log.run('namespaces', () =>
    allNamespaces ? readNamespaces(source, pids, log) : readOwnNamespace(source),
  );
  if (problem !== undefined) throw cannotLook('the own network namespace', problem);
  const count = log.run('sock_diag', () => countSockets(source, namespaces, state, log));
  if (count.problem !== undefined) throw cannotLook('TCP sockets', count.problem);
  return {
    takenAtMs: time.epochMs,
    host: readHost(source),
    namespaces: count.namespaces,
    counts: count.counts,
    linux: count.linux,
    detail: state === null ? null : await readDetail(source, pids, state, count, time, log),
    settings: readSettings(source, settings),
    readers: log.readers,
    unseen: log.unseen,
  };
}

/** How many holders are named. */
const NAMED_HOLDERS = 5;

async function readDetail(
  source: KernelSource,
  pids: readonly number[],
  state: TcpState,
  { ports, inodes, counts }: SocketCount,
  time: LookTime,
  log: LookLog,
): Promise<StateDetail> {
  const localPorts = [...ports]
    .map(([port, count]) => ({ port, count }))
    .sort((a, b) => b.count - a.count || a.port - b.port);
  const ownerless = state === 'CLOSED' ? 0 : counts[state] - inodes.size;
  // Descriptor tables are the dearest thing to read: not for sockets of which none can have a holder.
  if (inodes.size === 0) return { state, localPorts, holders: [], holderCount: 0, unheld: 0, ownerless };
  const { held, openOf } = await findHolders(source, pids, { state, inodes }, log);
  const byPid = countByPid(held);
  const largest = [...byPid].sort(([pidA, a], [pidB, b]) => b - a || pidA - pidB).slice(0, NAMED_HOLDERS);
  const holders = largest.map(([pid, count]): CountedHolder => {
    return { process: readProcess(source, pid, openOf(pid), time), count };
  });
  return { state, localPorts, holders, holderCount: byPid.size, unheld: inodes.size - held.length, ownerless };
}

interface FoundHolders {
  /** Of each socket that has any. */
  readonly held: readonly (readonly Holder[])[];
  readonly openOf: (pid: number) => number | undefined;
}

async function findHolders(
  source: KernelSource,
  pids: readonly number[],
  { state, inodes }: { readonly state: TcpState; readonly inodes: ReadonlySet<number> },
  log: LookLog,
): Promise<FoundHolders> {
  const request = { states: [state], congested: false, instances: false };
  const { listing, outcome } = await listHeld(source, request, { states: [], netns: null }, log);
  if (outcome !== null) log.readers.push(outcome);
  if (listing !== null) {
    const held = [...inodes].flatMap((inode) => {
      const holders = listing.holders.get(inode);
      return holders === undefined ? [] : [holders];
    });
    return { held, openOf: (pid) => valueOr(source.countDescriptors(pid), undefined) };
  }
  const index = await log.runAsync('descriptors', () => readHolders(source, pids, { inodes, exceptOthers: null }, log));
  return { held: [...index.holders.values()], openOf: (pid) => index.openByPid.get(pid) };
}

/** Sockets, not descriptors: a process may hold one twice. */
function countByPid(held: FoundHolders['held']): ReadonlyMap<number, number> {
  const byPid = new Map<number, number>();
  for (const list of held) {
    for (const pid of new Set(list.map((holder) => holder.pid))) byPid.set(pid, (byPid.get(pid) ?? 0) + 1);
  }
  return byPid;
}

function cannotLook(
  what: string,
  { detail, hint }: { readonly detail: string; readonly hint?: string },
): ClosewaitError {
  return new ClosewaitError('cannot-look', `cannot read ${what}: ${detail}`, hint === undefined ? {} : { hint });
}

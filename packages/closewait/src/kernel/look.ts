import { setImmediate } from 'node:timers/promises';
import {
  ClosewaitError,
  type Facts,
  type HeldRequest,
  type KernelSource,
  known,
  type LookTime,
  type NamespaceFacts,
  type NamespaceRef,
  type SocketFacts,
  type Unknown,
  valueOr,
} from '@closewait/core/facts';
import { TCP_STATES, type TcpState } from '@closewait/core/tcp';
import { countInUse } from './readers/count-in-use.ts';
import { gatherDumped } from './readers/gather-dumped.ts';
import { gatherHeld } from './readers/gather-held.ts';
import type { Gathered } from './readers/gathered.ts';
import { listHeld } from './readers/list-held.ts';
import { LookLog } from './readers/look-log.ts';
import { readCensus, type SocketCensus } from './readers/read-census.ts';
import { readHost } from './readers/read-host.ts';
import { OWN_NAMESPACE, readNamespaces, readOwnNamespace } from './readers/read-namespaces.ts';
import { readPids } from './readers/read-pids.ts';
import { readProcess } from './readers/read-process.ts';

/** What a look is for. */
export interface LookOptions {
  /** The sockets to read whole. */
  readonly states: readonly TcpState[];
  /**
   * `report` also counts all sockets, reads listeners, finds sockets that are closed but held, and leaves out orphans;
   * `list` reads the sockets of `states` and their holders, nothing else.
   */
  readonly depth: 'report' | 'list';
  /** Default true: every network namespace that can be entered. */
  readonly allNamespaces?: boolean;
}

/**
 * One look at the kernel: sockets of all namespaces, who holds them, and what could not be seen.
 *
 * @throws ClosewaitError `cannot-look` when not one namespace's sockets could be read.
 */
export async function look(source: KernelSource, options: LookOptions): Promise<Facts> {
  return (await takeLook(source, options)).facts;
}

/** A look with what it found beside the facts, for whoever looks on. */
export interface TakenLook {
  readonly facts: Facts;
  readonly time: LookTime;
  readonly log: LookLog;
  readonly pids: readonly number[];
  readonly gathered: Gathered;
  readonly congested: readonly SocketFacts[];
}

/** {@link look}, with its by-products. */
export async function takeLook(source: KernelSource, options: LookOptions): Promise<TakenLook> {
  const time = source.beginLook();
  const log = new LookLog(source);
  // The walk over all descriptors takes longest. Once begun it goes on by itself, meanwhile others are asked.
  const own = options.allNamespaces === false ? valueOr(source.readInode(OWN_NAMESPACE), 0) : null;
  const choice = { states: isHeldWhole(options) ? options.states : [], netns: own };
  const walk = listHeld(source, heldRequest(options), choice, log);
  await setImmediate();
  const { pids } = log.run('processes', () => readPids(source, log));
  const { namespaces, problem } = log.run('namespaces', () =>
    options.allNamespaces === false ? readOwnNamespace(source) : readNamespaces(source, pids, log),
  );
  if (problem !== undefined) throw cannotLook('the own network namespace', problem);
  const inUseBefore = new Map(namespaces.map((namespace) => [namespace.inode, countInUse(source, namespace)]));
  const isReport = options.depth === 'report';
  const census = isReport ? log.run('sock_diag census', () => readCensus(source, namespaces, log)) : null;
  if (census?.problem !== undefined) throw cannotLook('TCP sockets', census.problem);

  const { listing, outcome } = await walk;
  if (outcome !== null) log.readers.push(outcome);
  const { states } = options;
  // What did not answer the census is noted already, and would not answer now.
  const readable = census === null ? namespaces : namespaces.filter(({ inode }) => isCounted(census, inode));
  const query = { source, namespaces: readable, pids, states, inUseBefore, census, log };
  const gathered =
    listing !== null && isHeldWhole(options) ? gatherHeld(listing, query) : await gatherDumped(listing, query);
  if (gathered.problem !== undefined) throw cannotLook('TCP sockets', gathered.problem);

  const { sockets, listeners, holders, closed, owners, openOf } = gathered;
  const processes = log.time(
    'owners',
    () => new Map([...owners].map((pid) => [pid, readProcess(source, pid, openOf(pid), time)])),
  );
  const facts: Facts = {
    takenAtMs: time.epochMs,
    host: readHost(source),
    ...countSeen([...namespaces, ...findPathless(namespaces, gathered, log)], census, gathered),
    sockets,
    listeners,
    holders,
    processes,
    closed,
    closeLook: null,
    readers: log.readers,
    unseen: log.unseen,
  };
  return { facts, time, log, pids, gathered, congested: census?.congested ?? [] };
}

/** States of which a walk over descriptors and {@link readUnheld} find every socket that a look reads. */
function isHeldWhole({ states, depth }: LookOptions): boolean {
  return states.every((state) => state === 'CLOSE-WAIT' || (state === 'FIN-WAIT-2' && depth === 'report'));
}

function heldRequest({ states, depth }: LookOptions): HeldRequest {
  // A connection in an accept queue has no descriptor; its listener has.
  const withListeners = [...new Set<TcpState>([...states, 'LISTEN'])];
  return depth === 'list'
    ? { states: withListeners, congested: false, instances: false }
    : { states: [...withListeners, 'CLOSED'], congested: true, instances: true };
}

function isCounted({ counts }: SocketCensus, inode: number): boolean {
  const count = counts.get(inode);
  return count !== undefined && !('known' in count);
}

/**
 * Namespaces that nobody is in and no path leads to: their sockets keep them. A walk over descriptors sees what is held of
 * them, and there is no way in to ask for the rest.
 */
function findPathless(
  namespaces: readonly NamespaceRef[],
  { stuckByNamespace }: Gathered,
  log: LookLog,
): readonly NamespaceRef[] {
  const visited = new Set(namespaces.map(({ inode }) => inode));
  const pathless = [...stuckByNamespace.keys()]
    .filter((inode) => !visited.has(inode))
    .map((inode) => ({ inode, path: `net:[${inode}]` }));
  for (const { path } of pathless) log.missed(`sockets of namespace ${path} that no descriptor refers to`, NO_WAY_IN);
  return pathless;
}

const NO_WAY_IN: Unknown = {
  known: false,
  why: 'unsupported',
  detail: 'no process is in this namespace and it is not mounted',
};

/** Adds the sockets in CLOSE-WAIT, which were read whole, to those that were counted. */
function countSeen(
  namespaces: readonly NamespaceRef[],
  census: SocketCensus | null,
  { stuckByNamespace }: Gathered,
): Pick<Facts, 'namespaces' | 'countByState'> {
  if (census === null) {
    return { namespaces: namespaces.map((namespace) => ({ ...namespace, sockets: NOT_COUNTED })), countByState: null };
  }
  const sums = new Map<TcpState, number>();
  for (const count of stuckByNamespace.values()) sums.set('CLOSE-WAIT', (sums.get('CLOSE-WAIT') ?? 0) + count);
  const seen = namespaces.map(({ inode, path }): NamespaceFacts => {
    const counts = census.counts.get(inode) ?? NOT_COUNTED;
    if ('known' in counts) return { inode, path, sockets: counts };
    let sum = stuckByNamespace.get(inode) ?? 0;
    for (const [state, count] of counts.byState) {
      sums.set(state, (sums.get(state) ?? 0) + count);
      sum += count;
    }
    return { inode, path, sockets: known(sum) };
  });
  const inOrder = TCP_STATES.flatMap((state) => {
    const sum = sums.get(state) ?? 0;
    return sum === 0 ? [] : [[state, sum] as const];
  });
  return { namespaces: seen, countByState: Object.fromEntries(inOrder) };
}

const NOT_COUNTED: Unknown = { known: false, why: 'not-asked', detail: 'only some states were asked for' };

function cannotLook(what: string, { detail, hint }: Unknown): ClosewaitError {
  return new ClosewaitError('cannot-look', `cannot read ${what}: ${detail}`, hint === undefined ? {} : { hint });
}

import {
  ClosewaitError,
  type Facts,
  type Holder,
  type KernelSource,
  type LookTime,
  type NamespaceRef,
  type ProcessFacts,
  type SocketFacts,
  type Unknown,
} from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { LookLog } from './readers/look-log.ts';
import { readClosed } from './readers/read-closed.ts';
import { type HolderIndex, readHolders } from './readers/read-holders.ts';
import { readHost } from './readers/read-host.ts';
import { readNamespaces, readOwnNamespace } from './readers/read-namespaces.ts';
import { readPids } from './readers/read-pids.ts';
import { readProcess } from './readers/read-process.ts';
import { readCensus, readSockets, type SocketCensus, type SocketList } from './readers/read-sockets.ts';

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

const NO_HOLDERS: HolderIndex = { holders: new Map(), others: new Map(), openByPid: new Map(), instances: new Map() };

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
  readonly index: HolderIndex;
  readonly congested: readonly SocketFacts[];
}

/** {@link look}, with its by-products. */
export async function takeLook(source: KernelSource, options: LookOptions): Promise<TakenLook> {
  const time = source.beginLook();
  const log = new LookLog(source);
  const { pids } = log.run('processes', () => readPids(source, log));
  const { namespaces, problem } = log.run('namespaces', () =>
    options.allNamespaces === false ? readOwnNamespace(source) : readNamespaces(source, pids, log),
  );
  if (problem !== undefined) throw cannotLook('the own network namespace', problem);

  const wantsReport = options.depth === 'report';
  const census = wantsReport ? log.run('sock_diag census', () => readCensus(source, namespaces, log)) : null;
  const extensions = ['info'] as const;
  // What did not answer the census is noted already, and would not answer now.
  const readable = census === null ? namespaces : namespaces.filter(({ inode }) => isReadIn(census, inode));
  const list: SocketList = hasNone(census, options.states)
    ? { sockets: [], answered: readable }
    : log.run('sock_diag', () =>
        readSockets(source, readable, { states: options.states, extensions, orphans: !wantsReport }, log),
      );
  const socketProblem = census?.problem ?? list.problem;
  if (socketProblem !== undefined) throw cannotLook('TCP sockets', socketProblem);

  const { sockets, answered } = list;
  const listeners = census?.listeners ?? findListeners(source, answered, sockets, log);
  const congested = census?.congested ?? [];
  const index = findHolders(source, pids, [...sockets, ...listeners, ...congested], census, log);
  const { closed } =
    census === null
      ? { closed: [] }
      : log.run('closed sockets', () =>
          readClosed(source, index.others, new Set(answered.map(({ inode }) => inode)), log),
        );
  const owners = [...index.holders.values(), ...closed.map(({ holders }) => holders)];
  const { processes } = log.run('owners', () =>
    readProcesses(owners, (pid) => readProcess(source, pid, index.openByPid.get(pid), time)),
  );
  const facts: Facts = {
    takenAtMs: time.epochMs,
    host: readHost(source),
    namespaces: census?.namespaces ?? namespaces.map((namespace) => ({ ...namespace, sockets: NOT_COUNTED })),
    countByState: census?.countByState ?? null,
    sockets,
    listeners,
    holders: index.holders,
    processes,
    closed,
    closeLook: null,
    readers: log.readers,
    unseen: log.unseen,
  };
  return { facts, time, log, index, congested };
}

const NOT_COUNTED: Unknown = { known: false, why: 'not-asked', detail: 'only some states were asked for' };

function isReadIn({ namespaces }: SocketCensus, inode: number): boolean {
  return namespaces.some((namespace) => namespace.inode === inode && namespace.sockets.known);
}

/** The census has counted: what is not there need not be dumped. */
function hasNone(census: SocketCensus | null, states: readonly TcpState[]): boolean {
  return census !== null && census.problem === undefined && states.every((state) => !census.countByState[state]);
}

/** A connection in an accept queue belongs to its listener's process; without one nobody asks for listeners. */
function findListeners(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  sockets: readonly SocketFacts[],
  log: LookLog,
): readonly SocketFacts[] {
  if (!sockets.some(({ state, inode }) => state === 'CLOSE-WAIT' && inode === 0)) return [];
  return log.run('listeners', () => readSockets(source, namespaces, { states: ['LISTEN'], extensions: [] }, log))
    .sockets;
}

/** Descriptor tables are the dearest thing to read: only when there is a socket to attribute. */
function findHolders(
  source: KernelSource,
  pids: readonly number[],
  sockets: readonly SocketFacts[],
  census: SocketCensus | null,
  log: LookLog,
): HolderIndex {
  const inodes = new Set<number>();
  for (const { inode } of sockets) inodes.add(inode);
  inodes.delete(0);
  // A report also looks for sockets that sock_diag has forgotten, so it cannot do without.
  if (inodes.size === 0 && census === null) return NO_HOLDERS;
  const wanted = { inodes, exceptOthers: census === null ? null : census.inodes };
  return log.run('descriptors', () => readHolders(source, pids, wanted, log));
}

function readProcesses(
  holders: readonly (readonly Holder[])[],
  read: (pid: number) => ProcessFacts,
): { readonly processes: ReadonlyMap<number, ProcessFacts>; readonly problem?: Unknown } {
  const processes = new Map<number, ProcessFacts>();
  for (const list of holders) {
    for (const { pid } of list) if (!processes.has(pid)) processes.set(pid, read(pid));
  }
  return { processes };
}

function cannotLook(what: string, { detail, hint }: Unknown): ClosewaitError {
  return new ClosewaitError('cannot-look', `cannot read ${what}: ${detail}`, hint === undefined ? {} : { hint });
}

import { listConnections, OwnerFinder } from '@closewait/core/diagnose';
import { type ConnectionEnds, endsKey, type Owner } from '@closewait/core/events';
import { type Facts, type KernelSource, type ProcessFacts, valueOr } from '@closewait/core/facts';
import { look } from '../../kernel/index.ts';

/** A connection that a look has found in CLOSE-WAIT. */
export interface SeenOpen {
  readonly cookie: bigint;
  readonly ends: ConnectionEnds;
  readonly ageMs: number;
  readonly isExact: boolean;
  readonly owner: Owner;
}

/** What one look says of connections in CLOSE-WAIT and of listeners. */
export interface OpenLook {
  readonly open: readonly SeenOpen[];
  /** By local port; null where several processes of different names listen on it. */
  readonly listeners: ReadonlyMap<number, Owner | null>;
  /** What could not be looked at, with why. */
  readonly unseen: readonly string[];
  readonly tookMs: number;
}

/** @throws ClosewaitError `cannot-look`. */
export async function lookAtOpen(source: KernelSource, allNamespaces: boolean): Promise<OpenLook> {
  const began = performance.now();
  const facts = splitListeners(await look(source, { states: ['CLOSE-WAIT', 'LISTEN'], depth: 'list', allNamespaces }));
  const finder = new OwnerFinder(facts);
  const open = [...listConnections(facts)].map((connection): SeenOpen => {
    const { socket, age } = connection;
    const process = finder.ownerOf(connection);
    const by = connection.holders.length > 0 ? 'holder' : 'listener';
    return {
      cookie: socket.cookie,
      ends: { local: socket.local, remote: socket.remote },
      ageMs: age.ms ?? 0,
      isExact: age.ms !== null && age.is === 'exact',
      owner: process === null ? NOT_SEEN : ownerOf(process, by),
    };
  });
  return {
    open,
    listeners: listenersOf(facts),
    unseen: facts.unseen.map(({ what, problem }) => `${what}: ${problem.detail}`),
    tookMs: performance.now() - began,
  };
}

/** The same by ends, as events name them. */
export function ownersByEnds({ open }: OpenLook): ReadonlyMap<string, Owner> {
  return new Map(open.map(({ ends, owner }) => [endsKey(ends), owner]));
}

const NOT_SEEN: Owner = { by: 'unknown', why: 'no holder was seen' };

function splitListeners(facts: Facts): Facts {
  return {
    ...facts,
    sockets: facts.sockets.filter(({ state }) => state === 'CLOSE-WAIT'),
    listeners: facts.sockets.filter(({ state }) => state === 'LISTEN'),
  };
}

function ownerOf(process: ProcessFacts, by: 'holder' | 'listener'): Owner {
  return { by, pid: process.pid, name: valueOr(process.name, null) };
}

/** Processes of one name share a port as parent and workers: the lowest pid stands for them. */
function listenersOf(facts: Facts): ReadonlyMap<number, Owner | null> {
  const processesOf = new Map<number, ProcessFacts[]>();
  for (const { local, inode } of facts.listeners) {
    const held = (facts.holders.get(inode) ?? []).flatMap(({ pid }) => facts.processes.get(pid) ?? []);
    processesOf.set(local.port, [...(processesOf.get(local.port) ?? []), ...held]);
  }
  return new Map([...processesOf].map(([port, processes]) => [port, oneOf(processes)]));
}

function oneOf(processes: readonly ProcessFacts[]): Owner | null {
  const [first] = processes.toSorted((a, b) => a.pid - b.pid);
  const names = new Set(processes.map(({ name }) => valueOr(name, null)));
  return first === undefined || names.size > 1 ? null : ownerOf(first, 'listener');
}

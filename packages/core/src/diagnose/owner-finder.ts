import type { Facts, Holder, ProcessFacts, SocketFacts } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { ListenerIndex } from './listener-of.ts';

/** Tells whose a connection is. */
export class OwnerFinder {
  readonly #facts: Facts;
  readonly #index: ListenerIndex;
  /** By what ListenerIndex.of answers, which is the same array for the same listeners. */
  readonly #serving = new Map<readonly SocketFacts[], ReadonlySet<number>>();

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#index = new ListenerIndex(facts.listeners);
  }

  /** The listeners that can have made this connection; see ListenerIndex.of. */
  listenersOf(socket: SocketFacts): readonly SocketFacts[] {
    return this.#index.of(socket);
  }

  /** The processes that have one of these listeners, which are an answer of {@link listenersOf}. */
  servingOf(listeners: readonly SocketFacts[]): ReadonlySet<number> {
    const found = this.#serving.get(listeners);
    if (found !== undefined) return found;
    const pids = new Set<number>();
    for (const { inode } of listeners) {
      for (const { pid } of this.#facts.holders.get(inode) ?? []) pids.add(pid);
    }
    this.#serving.set(listeners, pids);
    return pids;
  }

  /**
   * The process that a connection belongs to, null where no holder was seen. In an accept queue: the listener's. Of
   * several holders: the one that also holds the listener, then the one with the lowest pid, as parents come first.
   */
  ownerOf({ socket, holders }: Pick<StuckConnection, 'socket' | 'holders'>): ProcessFacts | null {
    const pid = this.#pidOf(socket, holders);
    return pid === null ? this.#registrantOf(socket) : (this.#facts.processes.get(pid) ?? null);
  }

  /** Nobody has a descriptor: the process whose io_uring has it registered. */
  #registrantOf({ inode }: SocketFacts): ProcessFacts | null {
    const [first] = this.#facts.closeLook?.hidden.registered.get(inode) ?? [];
    return first === undefined ? null : (this.#facts.processes.get(first.pid) ?? null);
  }

  #pidOf(socket: SocketFacts, holders: readonly Holder[]): number | null {
    if (holders.length === 1) return holders[0]?.pid ?? null;
    const isQueued = socket.inode === 0;
    if (holders.length === 0 && !isQueued) return null;
    const serving = this.servingOf(this.listenersOf(socket));
    if (isQueued) return lowestOf(serving);
    const pids = holders.map(({ pid }) => pid);
    return lowestOf(pids.filter((pid) => serving.has(pid))) ?? lowestOf(pids);
  }
}

function lowestOf(pids: Iterable<number>): number | null {
  let lowest: number | null = null;
  for (const pid of pids) if (lowest === null || pid < lowest) lowest = pid;
  return lowest;
}

import type { Facts, ProcessFacts, SocketFacts } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { ListenerIndex } from './listener-of.ts';

/** Tells whose a connection is. */
export class OwnerFinder {
  readonly #facts: Facts;
  readonly #index: ListenerIndex;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#index = new ListenerIndex(facts.listeners);
  }

  /** The listeners that can have made this connection; see ListenerIndex.of. */
  listenersOf(socket: SocketFacts): readonly SocketFacts[] {
    return this.#index.of(socket);
  }

  /**
   * The process that a connection belongs to, null where no holder was seen. In an accept queue: the listener's. Of
   * several holders: the one that also holds the listener, then the one with the lowest pid, as parents come first.
   */
  ownerOf({ socket, holders }: StuckConnection): ProcessFacts | null {
    const pids = this.#pidsOf(
      socket,
      holders.map(({ pid }) => pid),
    );
    if (pids.length === 0) return this.#registrantOf(socket);
    return this.#facts.processes.get(Math.min(...pids)) ?? null;
  }

  /** Nobody has a descriptor: the process whose io_uring has it registered. */
  #registrantOf({ inode }: SocketFacts): ProcessFacts | null {
    const [first] = this.#facts.closeLook?.hidden.registered.get(inode) ?? [];
    return first === undefined ? null : (this.#facts.processes.get(first.pid) ?? null);
  }

  #pidsOf(socket: SocketFacts, holders: readonly number[]): readonly number[] {
    if (holders.length === 1) return holders;
    const listening = this.listenersOf(socket).flatMap(({ inode }) => this.#facts.holders.get(inode) ?? []);
    if (socket.inode === 0) return listening.map(({ pid }) => pid);
    const both = holders.filter((pid) => listening.some((holder) => holder.pid === pid));
    return both.length > 0 ? both : holders;
  }
}

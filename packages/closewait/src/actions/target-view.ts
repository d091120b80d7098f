import { type KernelSource, type Reading, valueOr } from '@closewait/core/facts';
import type { Order, Sighting } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { readDescriptorsNow } from './descriptor-view.ts';
import { findOwner } from './same-owner.ts';
import { SocketView } from './socket-view.ts';
import { goesOn } from './thaw.ts';

/** What orders are about, looked at again and again. */
export class TargetView {
  readonly #source: KernelSource;
  readonly #pathOf: (netns: number) => string | null;
  readonly #orders: readonly Order[];

  constructor(source: KernelSource, pathOf: (netns: number) => string | null, orders: readonly Order[]) {
    this.#source = source;
    this.#pathOf = pathOf;
    this.#orders = orders;
  }

  /** One look at the targets of some of the orders, or of all. */
  look(orders: readonly Order[] = this.#orders): { of(order: Order): Sighting } {
    const connections = orders.flatMap(({ target, action }) => [
      ...(isConnection(target) ? [target] : []),
      ...(action?.method === 'shutdown' && action.leg !== null ? [action.leg] : []),
    ]);
    const sockets = SocketView.take(this.#source, connections, this.#pathOf);
    const open = new Map<number, number | null>();
    const countOf = (pid: number): number | null => {
      if (!open.has(pid)) open.set(pid, valueOr(this.#source.countDescriptors(pid), null));
      return open.get(pid) ?? null;
    };
    const seen = new Map(orders.map((order) => [order, this.#see(order, sockets, countOf)]));
    return { of: (order) => seen.get(order) ?? this.#see(order, sockets, countOf) };
  }

  #see(
    { target, action, owners, finding }: Order,
    sockets: SocketView,
    countOf: (pid: number) => number | null,
  ): Sighting {
    const leg = action?.method === 'shutdown' ? action.leg : null;
    const pid = finding.process?.pid ?? owners[0]?.pid;
    const [owner] = owners;
    return {
      state: isConnection(target) ? spell(sockets.standingOf(target)) : 'CLOSED',
      descriptor:
        target.holders.length === 0 ? 'none' : spell(readDescriptorsNow(this.#source, target.holders, target.inode)),
      leg: leg === null ? null : spell(sockets.standingOf(leg)),
      openDescriptors: pid === undefined ? null : countOf(pid),
      ownerRuns: owner === undefined ? null : runs(this.#source, owner),
      goesOn: action?.method === 'thaw' && owner !== undefined ? goesOn(this.#source, owner) : null,
    };
  }
}

/** Not known: null, which is said as such. */
function spell<T>(reading: Reading<T>): T | null {
  return valueOr(reading, null);
}

/** Whether a process is there still, and the same. */
function runs(source: KernelSource, owner: Order['owners'][number]): boolean | null {
  const { kind } = findOwner(source, owner);
  if (kind === 'same') return true;
  return kind === 'already-gone' || kind === 'changed' ? false : null;
}

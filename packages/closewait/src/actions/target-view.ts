import { createAddressTexts } from '@closewait/core/codec';
import { type KernelSource, type Reading, type SocketTimer, valueOr } from '@closewait/core/facts';
import type { Order, Sighting } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { readDescriptorsNow } from './descriptor-view.ts';
import { OwnerView } from './owner-view.ts';
import { SocketView } from './socket-view.ts';

/** What one look has seen. */
export interface Looked {
  of(order: Order): Sighting;
  /** Of its connection; null where there is none, or it could not be read. */
  timerOf(order: Order): SocketTimer | null;
}

/** What orders are about, looked at again and again. */
export class TargetView {
  readonly #source: KernelSource;
  readonly #pathOf: (netns: number) => string | null;
  readonly #orders: readonly Order[];
  readonly #addresses = createAddressTexts();

  constructor(source: KernelSource, pathOf: (netns: number) => string | null, orders: readonly Order[]) {
    this.#source = source;
    this.#pathOf = pathOf;
    this.#orders = orders;
  }

  /** One look at the targets of some of the orders, or of all. */
  look(orders: readonly Order[] = this.#orders): Looked {
    const connections = orders.flatMap(({ target, action }) => [
      ...(isConnection(target) ? [target] : []),
      ...(action?.method === 'shutdown' && action.leg !== null ? [action.leg] : []),
    ]);
    const sockets = SocketView.take(this.#source, connections, { pathOf: this.#pathOf, addresses: this.#addresses });
    const owners = new OwnerView(this.#source);
    const seen = new Map(orders.map((order) => [order, this.#see(order, sockets, owners)]));
    return {
      of: (order) => seen.get(order) ?? this.#see(order, sockets, owners),
      timerOf: ({ target }) => (isConnection(target) ? sockets.timerOf(target) : null),
    };
  }

  #see({ target, action, owners, finding }: Order, sockets: SocketView, view: OwnerView): Sighting {
    const leg = action?.method === 'shutdown' ? action.leg : null;
    const pid = finding.process?.pid ?? owners[0]?.pid;
    const [owner] = owners;
    return {
      state: isConnection(target) ? spell(sockets.standingOf(target)) : 'CLOSED',
      descriptor:
        target.holders.length === 0 ? 'none' : spell(readDescriptorsNow(this.#source, target.holders, target.inode)),
      leg: leg === null ? null : spell(sockets.standingOf(leg)),
      openDescriptors: pid === undefined ? null : view.openDescriptorsOf(pid),
      ownerRuns: owner === undefined ? null : view.runs(owner),
      goesOn: action?.method === 'thaw' && owner !== undefined ? view.goesOn(owner) : null,
    };
  }
}

/** Not known: null, which is said as such. */
function spell<T>(reading: Reading<T>): T | null {
  return valueOr(reading, null);
}

import type { Diagnosis, StuckConnection } from '@closewait/core/diagnose';
import { type CauseId, type ClosedSocket, type Facts, formatEndpoint, type Holder } from '@closewait/core/facts';
import { groupOrders, type Order } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { findingsOf } from './build-host-look.ts';
import { makeDryRun, type OrderSelection } from './dry-run.ts';
import type { ConnectionLine, ConnectionOrder, ConnectionPage, ConnectionSelection, PageRequest } from './host-look.ts';

/** A connection, or a closed socket, before it is written out: only a page is. */
type Entry = (
  | { readonly connection: StuckConnection; readonly closed?: never }
  | { readonly closed: ClosedSocket; readonly connection?: never }
) & { readonly cause: CauseId | null };

/** By cookie, when its FIN came. Milliseconds since the epoch. */
type FinTimes = ReadonlyMap<bigint, number>;

/**
 * Ages count from the moment at which the kernel came to a socket, in clock ticks: of two looks the same FIN is some
 * milliseconds earlier or later, more on a busy host. Sorted by that, connections of one burst would dance.
 */
const AGE_NOISE_MS = 500;

/** A list as it was asked for last. */
interface Kept {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly dryRun: ConnectionPage['dryRun'];
}

/** The connections of one look, by page. Sorting 100,000 takes some 50 ms: a list is kept until another is asked for. */
export class ConnectionBook {
  readonly #facts: Facts;
  readonly #diagnosis: Diagnosis;
  readonly #before: FinTimes;
  readonly #finTimes = new Map<bigint, number>();
  readonly #ownPids: ReadonlySet<number>;
  #kept: Kept | null = null;

  /**
   * `before` is the book of the look before: who was older there is older here. `ownPids`: this program and its ancestors, of which no
   * order touches anything.
   */
  constructor(facts: Facts, diagnosis: Diagnosis, before: ConnectionBook | null, ownPids: ReadonlySet<number>) {
    this.#ownPids = ownPids;
    this.#facts = facts;
    this.#diagnosis = diagnosis;
    this.#before = before === null ? new Map() : before.#finTimes;
  }

  /** The lines of one page; beyond the end there are none. */
  page(request: PageRequest): ConnectionPage {
    const { entries, dryRun } = this.#sorted(request);
    const { offset, count, find } = request;
    const foundAt = find === null ? -1 : entries.findIndex((entry) => idOf(entry) === find);
    return {
      request,
      takenAtMs: this.#facts.takenAtMs,
      total: entries.length,
      lines: entries.slice(offset, offset + count).map(toLine),
      foundAt: foundAt < 0 ? null : foundAt,
      dryRun,
    };
  }

  #sorted({ selection, order, reversed }: PageRequest): Kept {
    const name = JSON.stringify([selection, order, reversed]);
    if (this.#kept?.name !== name) {
      const direction = reversed ? -1 : 1;
      const { entries: selected, dryRun } = this.#choose(selection);
      const sorted = selected.map((entry) => ({ entry, by: this.#measure(entry, order) }));
      sorted.sort((a, b) => direction * (compare(a.by, b.by) || compareIds(a.entry, b.entry)));
      this.#kept = { name, entries: sorted.map(({ entry }) => entry), dryRun };
    }
    return this.#kept;
  }

  #choose(selection: ConnectionSelection): { readonly entries: Entry[]; readonly dryRun: ConnectionPage['dryRun'] } {
    if (selection.of !== 'order') return { entries: this.#select(selection), dryRun: null };
    const about = { facts: this.#facts, diagnosis: this.#diagnosis, ownPids: this.#ownPids };
    const orders = makeDryRun(about, selection);
    return { entries: this.#actedOn(orders), dryRun: groupOrders(orders) };
  }

  /** Ascending, so what is full is negated; closed sockets have none of it and come last. */
  #measure({ connection }: Entry, order: ConnectionOrder): number | string {
    switch (order) {
      case 'age':
        return connection === undefined ? Number.POSITIVE_INFINITY : this.#finTime(connection);
      case 'recv-q':
        return -(connection?.socket.rxQueueBytes ?? -1);
      case 'send-q':
        return -(connection?.socket.txQueueBytes ?? -1);
      case 'remote':
        return connection?.socket.remote.address ?? '\uffff';
    }
  }

  #finTime({ socket: { cookie }, age }: StuckConnection): number {
    if (age.ms === null) return Number.MAX_VALUE;
    const seen = this.#facts.takenAtMs - age.ms;
    const earlier = this.#before.get(cookie);
    const time = earlier !== undefined && Math.abs(earlier - seen) < AGE_NOISE_MS ? earlier : seen;
    this.#finTimes.set(cookie, time);
    return time;
  }

  #select(selection: Exclude<ConnectionSelection, OrderSelection>): Entry[] {
    return findingsOf(this.#diagnosis, selection.key)
      .filter(({ id }) => selection.of === 'process' || id === selection.finding)
      .flatMap(({ cause, connections, closed }): Entry[] => [
        ...connections.map((connection): Entry => ({ connection, cause })),
        ...closed.map((socket): Entry => ({ closed: socket, cause })),
      ]);
  }

  /** Those that the order acts on. */
  #actedOn(orders: readonly Order[]): Entry[] {
    const byCookie = new Map<bigint, StuckConnection>();
    const byInode = new Map<number, ClosedSocket>();
    for (const finding of new Set(orders.map((order) => order.finding))) {
      for (const connection of finding.connections) byCookie.set(connection.socket.cookie, connection);
      for (const closed of finding.closed) byInode.set(closed.inode, closed);
    }
    return orders.flatMap(({ action, target, finding: { cause } }): Entry[] => {
      if (action === null) return [];
      const connection = isConnection(target) ? byCookie.get(target.cookie) : undefined;
      if (connection !== undefined) return [{ connection, cause }];
      const closed = byInode.get(target.inode);
      return closed === undefined ? [] : [{ closed, cause }];
    });
  }
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Cookies rise with time: of equal ones the elder comes first, and nothing jumps from look to look. */
function compareIds(a: Entry, b: Entry): number {
  if (a.connection === undefined || b.connection === undefined)
    return (a.closed?.inode ?? -1) - (b.closed?.inode ?? -1);
  const [one, other] = [a.connection.socket.cookie, b.connection.socket.cookie];
  return one < other ? -1 : one > other ? 1 : 0;
}

function idOf({ connection, closed }: Entry): string {
  return connection === undefined ? `closed ${closed.inode}` : String(connection.socket.cookie);
}

function toLine(entry: Entry): ConnectionLine {
  const { connection, closed, cause } = entry;
  if (connection === undefined) {
    const nothing = { netns: null, ageMs: null, ageIs: null, rxQueueBytes: 0, txQueueBytes: 0 };
    const local = `inode ${closed.inode}`;
    return {
      id: idOf(entry),
      local,
      remote: 'closed',
      ...nothing,
      descriptor: describeHolders(closed.holders, false),
      cause,
    };
  }
  const { socket, holders, age } = connection;
  return {
    id: idOf(entry),
    local: formatEndpoint(socket.local),
    remote: formatEndpoint(socket.remote),
    netns: socket.netns,
    ageMs: age.ms,
    ageIs: age.ms === null ? null : age.is,
    rxQueueBytes: socket.rxQueueBytes,
    txQueueBytes: socket.txQueueBytes,
    descriptor: describeHolders(holders, socket.inode === 0),
    cause,
  };
}

/** Nobody has a descriptor of what waits in an accept queue. */
function describeHolders([first, ...others]: readonly Holder[], isQueued: boolean): string {
  if (first === undefined) return isQueued ? '-' : '?';
  return others.length === 0 ? String(first.fd) : `${first.fd} +${others.length}`;
}

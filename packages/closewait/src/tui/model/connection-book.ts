import { type Diagnosis, listConnections, type StuckConnection } from '@closewait/core/diagnose';
import { type CauseId, type ClosedSocket, type Facts, formatEndpoint, type Holder } from '@closewait/core/facts';
import { findingsOf } from './build-host-look.ts';
import { readEndFilter } from './end-filter.ts';
import type { ConnectionLine, ConnectionOrder, ConnectionPage, ConnectionSelection, PageRequest } from './host-look.ts';

/** A connection, or a closed socket, before it is written out: only a page is. */
type Entry = (
  | { readonly connection: StuckConnection; readonly closed?: never }
  | { readonly closed: ClosedSocket; readonly connection?: never }
) & { readonly cause: CauseId | null };

/** The connections of one look, by page. Sorting 100,000 takes some 50 ms: a list is kept until another is asked for. */
export class ConnectionBook {
  readonly #facts: Facts;
  readonly #diagnosis: Diagnosis;
  #kept: { readonly name: string; readonly entries: readonly Entry[] } | null = null;

  constructor(facts: Facts, diagnosis: Diagnosis) {
    this.#facts = facts;
    this.#diagnosis = diagnosis;
  }

  /** The lines of one page; beyond the end there are none. */
  page(request: PageRequest): ConnectionPage {
    const entries = this.#sorted(request);
    const { offset, count, find } = request;
    const foundAt = find === null ? -1 : entries.findIndex((entry) => idOf(entry) === find);
    return {
      request,
      takenAtMs: this.#facts.takenAtMs,
      total: entries.length,
      lines: entries.slice(offset, offset + count).map(toLine),
      foundAt: foundAt < 0 ? null : foundAt,
    };
  }

  #sorted({ selection, order, reversed }: PageRequest): readonly Entry[] {
    const name = JSON.stringify([selection, order, reversed]);
    if (this.#kept?.name !== name) {
      const direction = reversed ? -1 : 1;
      const compare = COMPARE[order];
      const entries = this.#select(selection).sort((a, b) => direction * compare(a, b));
      this.#kept = { name, entries };
    }
    return this.#kept.entries;
  }

  #select(selection: ConnectionSelection): Entry[] {
    const { key } = selection;
    if (selection.of === 'command') return this.#endedBy(selection.command, key);
    return findingsOf(this.#diagnosis, key)
      .filter(({ id }) => selection.of === 'process' || id === selection.finding)
      .flatMap(({ cause, connections, closed }): Entry[] => [
        ...connections.map((connection): Entry => ({ connection, cause })),
        ...closed.map((socket): Entry => ({ closed: socket, cause })),
      ]);
  }

  /** The kernel ends what fits the filter, whatever finding it is in, and also what is too young for one. */
  #endedBy(command: string, key: string): Entry[] {
    const filter = readEndFilter(command);
    const own = findingsOf(this.#diagnosis, key);
    const netns = new Set(own.flatMap(({ connections }) => connections.slice(0, 1).map(({ socket }) => socket.netns)));
    if (filter === null) return [];
    const causeOf = new Map<bigint, CauseId>();
    for (const { cause, connections } of this.#diagnosis.findings) {
      for (const { socket } of connections) causeOf.set(socket.cookie, cause);
    }
    const ended: Entry[] = [];
    for (const connection of listConnections(this.#facts)) {
      const { socket } = connection;
      if (socket.state !== 'CLOSE-WAIT' || !netns.has(socket.netns) || !filter(socket)) continue;
      ended.push({ connection, cause: causeOf.get(socket.cookie) ?? null });
    }
    return ended;
  }
}

const COMPARE: Readonly<Record<ConnectionOrder, (a: Entry, b: Entry) => number>> = {
  age: (a, b) => ageOf(b) - ageOf(a),
  'recv-q': (a, b) => (b.connection?.socket.rxQueueBytes ?? -1) - (a.connection?.socket.rxQueueBytes ?? -1),
  'send-q': (a, b) => (b.connection?.socket.txQueueBytes ?? -1) - (a.connection?.socket.txQueueBytes ?? -1),
  remote: (a, b) => (remoteOf(a) < remoteOf(b) ? -1 : remoteOf(a) > remoteOf(b) ? 1 : 0),
};

/** What has no age comes last. */
function ageOf({ connection }: Entry): number {
  return connection?.age.ms ?? -1;
}

function remoteOf({ connection }: Entry): string {
  return connection?.socket.remote.address ?? '';
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

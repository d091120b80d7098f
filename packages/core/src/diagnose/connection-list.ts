import type { Facts, Holder, SocketFacts } from '../facts/index.ts';
import type { ConnectionAge, ConnectionColumns, StuckConnection } from './finding.ts';

/** A connection of a look: who holds it is looked up when that is asked. */
export class LookedConnection implements StuckConnection {
  readonly socket: SocketFacts;
  readonly age: ConnectionAge;
  readonly #holders: Facts['holders'];

  constructor(socket: SocketFacts, age: ConnectionAge, holders: Facts['holders']) {
    this.socket = socket;
    this.age = age;
    this.#holders = holders;
  }

  get holders(): readonly Holder[] {
    return this.#holders.get(this.socket.inode) ?? NO_HOLDERS;
  }
}

const NO_HOLDERS: readonly Holder[] = [];

/**
 * Connections that keep only sockets and ages, and are put together when they are asked for: an object that lives for
 * each of 95,000 costs 10 ms in a process that has just started, one that is forgotten at once next to nothing.
 */
export class ConnectionList implements ConnectionColumns {
  readonly #holders: Facts['holders'];
  readonly #sockets: SocketFacts[] = [];
  /** -1: not known. */
  readonly #agesMs: number[] = [];
  readonly #kinds: ConnectionAge['is'][] = [];

  constructor(holders: Facts['holders']) {
    this.#holders = holders;
  }

  get length(): number {
    return this.#sockets.length;
  }

  push(socket: SocketFacts, { ms, is }: ConnectionAge): void {
    this.#sockets.push(socket);
    this.#agesMs.push(ms ?? -1);
    this.#kinds.push(is);
  }

  visit(see: Parameters<ConnectionColumns['visit']>[0]): void {
    for (let index = 0; index < this.#sockets.length; index++) {
      const socket = this.#sockets[index];
      if (socket !== undefined) see(socket, this.#agesMs[index] ?? -1, this.#kinds[index] ?? 'at-least');
    }
  }

  at(index: number): StuckConnection | undefined {
    const place = index < 0 ? index + this.length : index;
    const socket = this.#sockets[place];
    const ms = this.#agesMs[place] ?? -1;
    if (socket === undefined) return undefined;
    return new LookedConnection(
      socket,
      { ms: ms < 0 ? null : ms, is: this.#kinds[place] ?? 'at-least' },
      this.#holders,
    );
  }

  every(test: (connection: StuckConnection) => boolean): boolean {
    return !this.some((connection) => !test(connection));
  }

  some(test: (connection: StuckConnection) => boolean): boolean {
    for (let index = 0; index < this.length; index++) {
      const connection = this.at(index);
      if (connection !== undefined && test(connection)) return true;
    }
    return false;
  }

  filter(test: (connection: StuckConnection) => boolean): readonly StuckConnection[] {
    return this.flatMap((connection) => (test(connection) ? connection : []));
  }

  map<T>(change: (connection: StuckConnection) => T): readonly T[] {
    return Array.from(this, change);
  }

  flatMap<T>(change: (connection: StuckConnection) => T | readonly T[]): readonly T[] {
    return [...this].flatMap(change);
  }

  reduce<T>(add: (sum: T, connection: StuckConnection) => T, start: T): T {
    let sum = start;
    for (const connection of this) sum = add(sum, connection);
    return sum;
  }

  *[Symbol.iterator](): Generator<StuckConnection, void> {
    for (let index = 0; index < this.length; index++) {
      const connection = this.at(index);
      if (connection !== undefined) yield connection;
    }
  }
}

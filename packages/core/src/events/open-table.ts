import { END_WORDS } from '../codec/index.ts';
import type { Owner } from './passive-close.ts';

const FIRST_SLOTS = 1024;

/**
 * The connections in CLOSE-WAIT by the addresses of their sockets, in columns: one that comes and goes within a
 * millisecond leaves nothing to collect.
 */
export class OpenTable {
  #slots = new Map<number, number>();
  #arrivedNs = new Float64Array(FIRST_SLOTS);
  #words = new Uint32Array(FIRST_SLOTS * END_WORDS);
  /** Of the few that stay. */
  readonly #owners = new Map<number, Owner>();
  readonly #free: number[] = [];
  #used = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** The slot of a socket, which may be one of an earlier connection: compare its ends. */
  find(socket: number): number | undefined {
    return this.#slots.get(socket);
  }

  add(socket: number, arrivedNs: number, ends: Uint32Array): void {
    const slot = this.#free.pop() ?? this.#take();
    this.#slots.set(socket, slot);
    this.#arrivedNs[slot] = arrivedNs;
    this.#words.set(ends, slot * END_WORDS);
  }

  remove(socket: number): void {
    const slot = this.#slots.get(socket);
    if (slot === undefined) return;
    this.#slots.delete(socket);
    if (this.#owners.size > 0) this.#owners.delete(socket);
    this.#free.push(slot);
  }

  arrivedNs(slot: number): number {
    return this.#arrivedNs[slot] ?? 0;
  }

  /** A copy. */
  words(slot: number): Uint32Array {
    return this.#words.slice(slot * END_WORDS, (slot + 1) * END_WORDS);
  }

  ownerOf(socket: number): Owner | undefined {
    return this.#owners.size === 0 ? undefined : this.#owners.get(socket);
  }

  setOwner(socket: number, owner: Owner): void {
    this.#owners.set(socket, owner);
  }

  /** In the order in which their FINs came. */
  *entries(): Generator<readonly [socket: number, slot: number], void> {
    yield* this.#slots;
  }

  #take(): number {
    if (this.#used === this.#arrivedNs.length) {
      const arrivedNs = new Float64Array(2 * this.#used);
      const words = new Uint32Array(2 * this.#used * END_WORDS);
      arrivedNs.set(this.#arrivedNs);
      words.set(this.#words);
      this.#arrivedNs = arrivedNs;
      this.#words = words;
    }
    return this.#used++;
  }
}

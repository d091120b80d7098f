import type { Holder, HolderMap } from '@closewait/core/facts';
import { InodeIndex } from './inode-index.ts';

/** Descriptors that refer to sockets, each a row: listed records, or columns of descriptor tables. */
export interface HolderRows {
  pidAt(row: number): number;
  tidAt(row: number): number;
  fdAt(row: number): number;
}

/**
 * Holders by inode on top of such rows. Nothing is made for a socket before somebody asks for it: of 100,000 holders a
 * report names a few hundred.
 */
export class CompactHolders implements HolderMap {
  readonly #rows: HolderRows;
  /** Row of the first holder, by inode. */
  readonly #first = new InodeIndex();
  /** Of those sockets that have several: the rows of all. */
  readonly #several = new Map<number, number[]>();

  constructor(rows: HolderRows) {
    this.#rows = rows;
  }

  /** Adds the holder of a row; the answer is whether it is the first one of its socket. */
  add(row: number, inode: number): boolean {
    const first = this.#first.get(inode);
    if (first < 0) {
      this.#first.add(inode, row);
      return true;
    }
    const several = this.#several.get(inode);
    if (several === undefined) this.#several.set(inode, [first, row]);
    else several.push(row);
    return false;
  }

  /** Sockets that have several holders. */
  *shared(): Generator<readonly [inode: number, holders: readonly Holder[]], void> {
    for (const [inode, rows] of this.#several) yield [inode, rows.map((row) => this.#holderAt(row))];
  }

  onlyPidOf(inode: number): number {
    const first = this.#first.get(inode);
    if (first < 0 || (this.#several.size > 0 && this.#several.has(inode))) return 0;
    return this.#rows.pidAt(first);
  }

  onlyFdOf(inode: number): number {
    return this.#rows.fdAt(this.#first.get(inode));
  }

  get size(): number {
    return this.#first.size;
  }

  has(inode: number): boolean {
    return this.#first.get(inode) >= 0;
  }

  get(inode: number): readonly Holder[] | undefined {
    const first = this.#first.get(inode);
    return first < 0 ? undefined : this.#holdersOf(inode, first);
  }

  *entries(): MapIterator<[number, readonly Holder[]]> {
    for (const inode of this.#first.keys()) yield [inode, this.#holdersOf(inode, this.#first.get(inode))];
  }

  keys(): MapIterator<number> {
    return this.#first.keys();
  }

  *values(): MapIterator<readonly Holder[]> {
    for (const inode of this.#first.keys()) yield this.#holdersOf(inode, this.#first.get(inode));
  }

  [Symbol.iterator](): MapIterator<[number, readonly Holder[]]> {
    return this.entries();
  }

  forEach(visit: (holders: readonly Holder[], inode: number, map: this) => void): void {
    for (const [inode, holders] of this) visit(holders, inode, this);
  }

  #holdersOf(inode: number, first: number): readonly Holder[] {
    const several = this.#several.size === 0 ? undefined : this.#several.get(inode);
    return several === undefined ? [this.#holderAt(first)] : several.map((row) => this.#holderAt(row));
  }

  #holderAt(row: number): Holder {
    return { pid: this.#rows.pidAt(row), tid: this.#rows.tidAt(row), fd: this.#rows.fdAt(row) };
  }
}

/** Whole numbers from 0 to 2^32 - 1; a `ReadonlySet` of such is one. */
export interface NumberSet extends Iterable<number> {
  readonly size: number;
  has(number: number): boolean;
}

/** Bits of a page: what one entry of the map stands for. */
const PAGE_BITS = 15;
const PAGE = 1 << PAGE_BITS;

/**
 * A set of inode numbers as bits, in pages. The kernel hands them out in a row, so 100,000 of them are a few pages: a third
 * of the time of a Set, and a hundredth of its memory.
 */
export class InodeSet implements NumberSet {
  readonly #pages = new Map<number, Uint32Array>();
  #latestKey = -1;
  #latest: Uint32Array = new Uint32Array(0);
  #size = 0;

  constructor(inodes: Iterable<number> = []) {
    for (const inode of inodes) this.add(inode);
  }

  get size(): number {
    return this.#size;
  }

  add(inode: number): void {
    const page = this.#pageFor(inode >>> PAGE_BITS);
    const word = (inode & (PAGE - 1)) >>> 5;
    const before = page[word] ?? 0;
    const after = before | (1 << (inode & 31));
    if (after === (before | 0)) return;
    page[word] = after;
    this.#size++;
  }

  has(inode: number): boolean {
    const word = this.#pages.get(inode >>> PAGE_BITS)?.[(inode & (PAGE - 1)) >>> 5] ?? 0;
    return ((word >>> (inode & 31)) & 1) === 1;
  }

  /** Page by page; within a page the lowest first. */
  *[Symbol.iterator](): Generator<number, void> {
    for (const [key, page] of this.#pages) {
      for (const [index, word] of page.entries()) {
        if (word === 0) continue;
        for (let bit = 0; bit < 32; bit++) {
          if (((word >>> bit) & 1) === 1) yield key * PAGE + index * 32 + bit;
        }
      }
    }
  }

  #pageFor(key: number): Uint32Array {
    if (key === this.#latestKey) return this.#latest;
    const page = this.#pages.get(key) ?? new Uint32Array(PAGE / 32);
    this.#pages.set(key, page);
    this.#latestKey = key;
    this.#latest = page;
    return page;
  }
}

/** Bits of a page: 4 KiB, as sockets of a quiet host are far apart. */
const PAGE_BITS = 10;
const PAGE = 1 << PAGE_BITS;

/**
 * Whole numbers by inode. The kernel hands inode numbers out in a row, so 100,000 of them are a hundred pages, and most are
 * on the page of the one before.
 */
export class InodeIndex {
  readonly #pages = new Map<number, Int32Array>();
  #latestKey = -1;
  #latest: Int32Array = new Int32Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** -1 where there is none. */
  get(inode: number): number {
    const key = inode >>> PAGE_BITS;
    if (key !== this.#latestKey) {
      const page = this.#pages.get(key);
      if (page === undefined) return -1;
      this.#latestKey = key;
      this.#latest = page;
    }
    return (this.#latest[inode & (PAGE - 1)] ?? 0) - 1;
  }

  /** Of an inode that is not in it yet; `value` from 0 to 2^31 - 2. */
  add(inode: number, value: number): void {
    const key = inode >>> PAGE_BITS;
    if (key !== this.#latestKey) {
      this.#latest = this.#pages.get(key) ?? new Int32Array(PAGE);
      this.#pages.set(key, this.#latest);
      this.#latestKey = key;
    }
    this.#latest[inode & (PAGE - 1)] = value + 1;
    this.#size++;
  }

  /** Page by page; within a page the lowest first. */
  *keys(): Generator<number, undefined> {
    for (const [key, page] of this.#pages) {
      for (let at = 0; at < PAGE; at++) if (page[at] !== 0) yield key * PAGE + at;
    }
  }
}

import type { HolderMap } from '../facts/index.ts';

/** Counts descriptors of sockets by the process that has them. */
export class DescriptorCounts {
  readonly #holders: HolderMap;
  readonly #byPid = new Map<number, number>();
  /** Not in `#byPid` yet: sockets come process by process. */
  #pid = 0;
  #count = 0;

  constructor(holders: HolderMap) {
    this.#holders = holders;
  }

  /** Counts all descriptors of a socket. */
  add(inode: number): void {
    const only = this.#holders.onlyPidOf?.(inode) ?? 0;
    if (only === 0) {
      for (const { pid } of this.#holders.get(inode) ?? []) this.#addTo(pid, 1);
      return;
    }
    if (only !== this.#pid) {
      this.#addTo(this.#pid, this.#count);
      this.#pid = only;
      this.#count = 0;
    }
    this.#count++;
  }

  get byPid(): ReadonlyMap<number, number> {
    this.#addTo(this.#pid, this.#count);
    this.#count = 0;
    return this.#byPid;
  }

  #addTo(pid: number, count: number): void {
    if (count > 0) this.#byPid.set(pid, (this.#byPid.get(pid) ?? 0) + count);
  }
}

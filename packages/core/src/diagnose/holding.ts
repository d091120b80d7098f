import type { Holder } from '../facts/index.ts';

/** Who holds the connections of a group, counted as they come. */
export class Holding {
  /** Every process that holds one. */
  readonly pids: Set<number> = new Set();
  /** Infinity: nobody holds any. */
  lowestFd: number = Number.POSITIVE_INFINITY;
  /** Connections that several processes hold. */
  several = 0;
  /** Connections that somebody holds. */
  held = 0;
  #latest = -1;

  add(holders: readonly Holder[]): void {
    let others = 0;
    for (const { pid, fd } of holders) {
      if (fd < this.lowestFd) this.lowestFd = fd;
      if (pid !== holders[0]?.pid) others++;
      if (pid === this.#latest) continue;
      this.pids.add(pid);
      this.#latest = pid;
    }
    if (holders.length > 0) this.held++;
    if (others > 0) this.several++;
  }

  /** A connection with one holder. */
  addOnly(pid: number, fd: number): void {
    this.held++;
    if (fd < this.lowestFd) this.lowestFd = fd;
    if (pid === this.#latest) return;
    this.pids.add(pid);
    this.#latest = pid;
  }

  addAll(holding: Holding): void {
    for (const pid of holding.pids) this.pids.add(pid);
    this.lowestFd = Math.min(this.lowestFd, holding.lowestFd);
    this.several += holding.several;
    this.held += holding.held;
  }
}

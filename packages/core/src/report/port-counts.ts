/** How often each port was seen, of one finding after the other: 256 KiB are made once and not for each of them. */
export class PortCounts {
  readonly #counts = new Uint32Array(65_536);
  /** In the order in which they were first seen. */
  #seen: number[] = [];

  add(port: number): void {
    const before = this.#counts[port] ?? 0;
    if (before === 0) this.#seen.push(port);
    this.#counts[port] = before + 1;
  }

  /** Visits what was counted, and begins anew. */
  drain(visit: (port: number, count: number) => void): void {
    for (const port of this.#seen) {
      visit(port, this.#counts[port] ?? 0);
      this.#counts[port] = 0;
    }
    this.#seen = [];
  }
}

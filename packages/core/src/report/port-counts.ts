/** Where an array of all ports is worth its 256 KiB. */
const MANY = 4096;

/** How often each port was seen. */
export class PortCounts {
  readonly #counts: Uint32Array | Map<number, number>;
  /** In the order in which they were first seen. */
  readonly #seen: number[] = [];

  /** @param expected how many will be added, about. */
  constructor(expected: number) {
    this.#counts = expected < MANY ? new Map() : new Uint32Array(65_536);
  }

  add(port: number): void {
    const counts = this.#counts;
    if (counts instanceof Map) {
      const before = counts.get(port) ?? 0;
      if (before === 0) this.#seen.push(port);
      counts.set(port, before + 1);
      return;
    }
    if (counts[port] === 0) this.#seen.push(port);
    counts[port] = (counts[port] ?? 0) + 1;
  }

  *[Symbol.iterator](): Generator<readonly [port: number, count: number], void> {
    const counts = this.#counts;
    for (const port of this.#seen) yield [port, counts instanceof Map ? (counts.get(port) ?? 0) : (counts[port] ?? 0)];
  }
}

import type { ConnectionAge } from './finding.ts';

/** Lengths of history, the longest first. One is used when the oldest connection is as old. Milliseconds. */
const WINDOWS_MS = [3_600_000, 600_000, 60_000, 10_000] as const;

/** Parts of a window. */
const SLOTS = 6;

/** When the connections in one window got stuck. */
export interface ArrivalWindow {
  readonly windowMs: number;
  /** Arrivals by part of the window, the latest first. */
  readonly slots: readonly number[];
  /** Of these, with an exact age. */
  readonly exact: number;
}

/**
 * The history that the ages of connections hold, counted as they come: what a look saw of each window, whichever turns out
 * to be long enough.
 */
export class Arrivals {
  readonly #minAgeMs: number;
  readonly #windows = WINDOWS_MS.map((windowMs) => ({
    windowMs,
    slots: Array.from({ length: SLOTS }, () => 0),
    exact: 0,
  }));
  #oldestExactMs = -1;

  /** @param minAgeMs the history ends there: younger connections are not looked at. */
  constructor(minAgeMs: number) {
    this.#minAgeMs = minAgeMs;
  }

  add({ ms, is }: ConnectionAge): void {
    if (ms === null) return;
    const isExact = is === 'exact';
    if (isExact && ms > this.#oldestExactMs) this.#oldestExactMs = ms;
    const sinceMs = ms - this.#minAgeMs;
    if (sinceMs < 0) return;
    for (const window of this.#windows) {
      // The next ones are shorter.
      if (sinceMs >= window.windowMs) return;
      const slot = Math.min(SLOTS - 1, Math.floor((sinceMs / window.windowMs) * SLOTS));
      window.slots[slot] = (window.slots[slot] ?? 0) + 1;
      if (isExact) window.exact++;
    }
  }

  addAll({
    windows,
    oldestExactMs,
  }: {
    readonly windows: readonly ArrivalWindow[];
    readonly oldestExactMs: number;
  }): void {
    this.#oldestExactMs = Math.max(this.#oldestExactMs, oldestExactMs);
    for (const [index, window] of this.#windows.entries()) {
      const other = windows[index];
      if (other === undefined) continue;
      for (const [slot, count] of other.slots.entries()) window.slots[slot] = (window.slots[slot] ?? 0) + count;
      window.exact += other.exact;
    }
  }

  get windows(): readonly ArrivalWindow[] {
    return this.#windows;
  }

  get oldestExactMs(): number {
    return this.#oldestExactMs;
  }

  /** The longest window that the oldest connection has seen whole, null where none. */
  get longest(): ArrivalWindow | null {
    return this.#windows.find(({ windowMs }) => this.#minAgeMs + windowMs <= this.#oldestExactMs) ?? null;
  }
}

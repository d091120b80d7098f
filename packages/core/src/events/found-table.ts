import type { ConnectionEnds, OpenClose, Owner, Stay } from './passive-close.ts';
import { endsKey, endsKeyWithoutPort } from './word-ends.ts';

/** A connection that was in CLOSE-WAIT when the watch began, as a look has found it. */
export interface FoundOpen {
  readonly ends: ConnectionEnds;
  /** At the time of the look, which is `atMs` since the watch began. */
  readonly ageMs: number;
  readonly isExact: boolean;
  readonly atMs: number;
  readonly owner: Owner;
}

/** Those that were there before the watch, of which no event tells the address of the socket. */
export class FoundTable {
  readonly #found = new Map<string, FoundOpen>();
  readonly #told = new Set<string>();

  get size(): number {
    return this.#found.size;
  }

  add(open: FoundOpen): void {
    this.#found.set(endsKey(open.ends), open);
  }

  delete(ends: ConnectionEnds): void {
    this.#found.delete(endsKey(ends));
  }

  /** Forgets all but these. */
  keep(keys: { readonly has: (key: string) => boolean }): void {
    for (const key of this.#found.keys()) if (!keys.has(key)) this.#found.delete(key);
  }

  /** The own port is 0 where the socket has lost it; then only one that is alone with its other ends is taken. */
  take(ends: ConnectionEnds): FoundOpen | null {
    const exact = this.#found.get(endsKey(ends));
    if (exact !== undefined) {
      this.delete(ends);
      return exact;
    }
    if (ends.local.port !== 0) return null;
    const wanted = endsKeyWithoutPort(ends);
    const candidates = [...this.#found.values()].filter((open) => endsKeyWithoutPort(open.ends) === wanted);
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) return null;
    this.delete(only.ends);
    return only;
  }

  /** The oldest first. */
  open(longerThanMs: number, nowMs: number): readonly OpenClose[] {
    return [...this.#found.values()]
      .map((open) => describe(open, nowMs))
      .filter(({ stay }) => stay.atLeastMs >= longerThanMs)
      .sort((a, b) => b.stay.atLeastMs - a.stay.atLeastMs);
  }

  /** Those that have passed this age, each once. */
  *takeOlder(thanMs: number, nowMs: number): Generator<OpenClose, void> {
    for (const [key, open] of this.#found) {
      const described = describe(open, nowMs);
      if (described.stay.atLeastMs < thanMs || this.#told.has(key)) continue;
      this.#told.add(key);
      yield described;
    }
  }

  oldestMs(nowMs: number): number | null {
    let oldest: number | null = null;
    for (const open of this.#found.values()) oldest = Math.max(oldest ?? 0, stayOfFound(open, nowMs).atLeastMs);
    return oldest;
  }
}

function describe(open: FoundOpen, nowMs: number): OpenClose {
  return { ends: open.ends, finMs: null, stay: stayOfFound(open, nowMs), owner: open.owner };
}

/** The age of the look, and the time since. */
export function stayOfFound({ ageMs, isExact, atMs }: FoundOpen, nowMs: number): Stay {
  const stayedMs = ageMs + Math.max(0, nowMs - atMs);
  return { atLeastMs: stayedMs, atMostMs: isExact ? stayedMs : null };
}

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import {
  BAR_BOUNDS_MS,
  barOf,
  type DrawnDistribution,
  ENDINGS,
  type Ending,
  type PassiveClose,
} from '@closewait/core/events';

/** By what closes are put together. */
export type TallyBy = 'process' | 'port';

/** So many processes or ports get a row of their own; each takes 30 kB. */
const MOST_ROWS = 256;
/** HDR histogram in microseconds: one day, two digits. */
const HIGHEST_US = 86_400e6;
const FIGURES = 2;
const OTHERS = 'all others';
const PORTS = 65_536;

/** Counts closes, and where it is asked for keeps their distributions. */
export class WatchTally {
  closes = 0;
  slow = 0;
  lostEvents = 0;
  slowest: PassiveClose | null = null;
  readonly byEnding: Record<Ending, number>;
  readonly #by: TallyBy | null;
  readonly #slowerThanMs: number;
  readonly #isListening: (port: number) => boolean;
  readonly #locals = new Uint32Array(PORTS);
  readonly #remotes = new Uint32Array(PORTS);
  readonly #rows = new Map<string, DistributionRow>();

  constructor(by: TallyBy | null, slowerThanMs: number, isListening: (port: number) => boolean) {
    this.#by = by;
    this.#slowerThanMs = slowerThanMs;
    this.#isListening = isListening;
    this.byEnding = Object.fromEntries(ENDINGS.map((ending) => [ending, 0])) as Record<Ending, number>;
  }

  add(close: PassiveClose): void {
    const { atLeastMs } = close.stay;
    this.closes++;
    this.byEnding[close.ending]++;
    if (atLeastMs >= this.#slowerThanMs) this.slow++;
    if (this.slowest === null || atLeastMs > this.slowest.stay.atLeastMs) this.slowest = close;
    if (this.#by !== null) this.#rowOf(this.#by === 'process' ? processOf(close) : this.#portOf(close)).add(atLeastMs);
  }

  /** Most closes first. */
  distributions(): readonly DrawnDistribution[] {
    return [...this.#rows]
      .map(([of, row]) => row.draw(of))
      .sort((a, b) => b.count - a.count || a.of.localeCompare(b.of));
  }

  #rowOf(name: string): DistributionRow {
    const key = this.#rows.has(name) || this.#rows.size < MOST_ROWS ? name : OTHERS;
    const row = this.#rows.get(key);
    if (row !== undefined) return row;
    const made = new DistributionRow();
    this.#rows.set(key, made);
    return made;
  }

  /**
   * A server's connections share its port, a client's the server's: where no listener is known, the port that has been
   * seen more often is the server's, of two equals the lower.
   */
  #portOf({ ends: { local, remote } }: PassiveClose): string {
    const isServer = this.#isListening(local.port) || this.#isMoreFrequent(local.port, remote.port);
    return isServer ? `:${local.port}` : `to :${remote.port}`;
  }

  #isMoreFrequent(local: number, remote: number): boolean {
    const locals = (this.#locals[local] = (this.#locals[local] ?? 0) + 1);
    const remotes = (this.#remotes[remote] = (this.#remotes[remote] ?? 0) + 1);
    return locals === remotes ? local < remote : locals > remotes;
  }
}

/** One line of the table. */
class DistributionRow {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: HIGHEST_US, figures: FIGURES });
  readonly #bars = BAR_BOUNDS_MS.map(() => 0).concat(0);
  #maxMs = 0;

  add(ms: number): void {
    this.#histogram.record(Math.min(HIGHEST_US, Math.max(1, Math.round(ms * 1000))));
    const bar = barOf(ms);
    this.#bars[bar] = (this.#bars[bar] ?? 0) + 1;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  draw(of: string): DrawnDistribution {
    const ms = (percentile: number): number => Math.min(this.#maxMs, this.#histogram.percentile(percentile) / 1000);
    return {
      of,
      count: this.#histogram.count,
      p50Ms: ms(50),
      p90Ms: ms(90),
      p99Ms: ms(99),
      maxMs: this.#maxMs,
      bars: [...this.#bars],
    };
  }
}

function processOf({ owner }: PassiveClose): string {
  if (owner.by === 'unknown') return 'not known';
  return owner.pid === null ? (owner.name ?? 'not known') : `${owner.name ?? '?'} ${owner.pid}`;
}

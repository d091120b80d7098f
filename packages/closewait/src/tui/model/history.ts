import type { HostLook, ProcessKey } from './host-look.ts';

/** One process in one look. */
interface Moment {
  readonly atMs: number;
  readonly stuck: number;
}

/** What the last looks counted, by process, the latest last. */
export type History = ReadonlyMap<ProcessKey, readonly Moment[]>;

/** As many as the widest sparkline has columns. */
const MOST_MOMENTS = 40;

/** Below this a rate says nothing about a minute. */
const LEAST_SPAN_MS = 5000;

const MINUTE_MS = 60_000;

/** With one more look. A process that has gone is forgotten: if it comes back, it is new. */
export function remember(history: History, { takenAtMs, rows }: HostLook): History {
  return new Map(
    rows.map(({ key, stuck }) => {
      const before = history.get(key) ?? [];
      return [key, [...before, { atMs: takenAtMs, stuck }].slice(-MOST_MOMENTS)];
    }),
  );
}

/** How many more a minute over the looks that are remembered; null before five seconds of them. */
export function rateOf(moments: readonly Moment[] | undefined): number | null {
  const first = moments?.[0];
  const last = moments?.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_SPAN_MS) return null;
  return ((last.stuck - first.stuck) / (last.atMs - first.atMs)) * MINUTE_MS;
}

/** The middle of the values, or the mean of the two in the middle; NaN where there is none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `share` (0 to 1) of the values lie, interpolated between its neighbours; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const lower = sorted[Math.floor(place)] ?? Number.NaN;
  const upper = sorted[Math.ceil(place)] ?? Number.NaN;
  return lower + (upper - lower) * (place - Math.floor(place));
}

/** The middle half of the rounds reaches over more than this share of the median: the machine was busy. */
const UNSTEADY = 0.1;

/**
 * Whether these lie too far apart for a ratio to say much, by the middle half of them: the distance from the fastest to the
 * slowest only grows with every round that is added.
 */
export function isUnsteady(values: readonly number[]): boolean {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values) > UNSTEADY;
}

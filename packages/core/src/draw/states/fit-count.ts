import { formatCount } from '../../report/index.ts';

/**
 * A count and what has changed since the last look, in so many columns: digits are given up for `k` and `M` before
 * anything is left out.
 *
 * @example
 * fitCount(1204, 3, 12) // ['1,204', '+3']
 */
export function fitCount(count: number, change: number, columns: number): readonly [count: string, change: string] {
  const sign = change > 0 ? '+' : '-';
  const changes =
    change === 0 ? [''] : [formatCount(Math.abs(change)), shorten(Math.abs(change))].map((text) => sign + text);
  const tries = changes.flatMap((changed) =>
    [formatCount(count), shorten(count)].map((text) => [text, changed] as const),
  );
  const fitting = tries.find(([text, changed]) => text.length + (changed === '' ? 0 : 1) + changed.length <= columns);
  return fitting ?? [shorten(count), ''];
}

/** Three digits and a letter; rounded down, so that it never says more than there are. */
function shorten(count: number): string {
  const units = [
    { from: 1e9, letter: 'G' },
    { from: 1e6, letter: 'M' },
    { from: 1e3, letter: 'k' },
  ] as const;
  const unit = units.find(({ from }) => count >= from);
  if (unit === undefined) return String(count);
  const value = count / unit.from;
  return `${value < 100 ? Math.floor(value * 10) / 10 : Math.floor(value)}${unit.letter}`;
}

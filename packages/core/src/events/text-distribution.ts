import { createStyle, formatCount, padEnd, padStart, safeText, truncate } from '../report/index.ts';
import { formatShort } from './text-watch.ts';
import type { WatchDistribution } from './watch-document.ts';

/** Upper bounds of the bars, milliseconds: a decade each, and the rest. */
export const BAR_BOUNDS_MS: readonly number[] = [0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000];

/** A distribution with what its bars count: one more than {@link BAR_BOUNDS_MS}. */
export interface DrawnDistribution extends WatchDistribution {
  readonly bars: readonly number[];
}

/** Which bar a stay belongs to. */
export function barOf(ms: number): number {
  const index = BAR_BOUNDS_MS.findIndex((bound) => ms < bound);
  return index < 0 ? BAR_BOUNDS_MS.length : index;
}

const GLYPHS = { unicode: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], ascii: ['.', ':', '-', '=', '+', '*', '%', '#'] };
/** Of the numbers; the longest of the slowest is `59 min 59 s`. */
const NUMBERS = [8, 8, 8, 8, 11] as const;
const NUMBERS_WIDTH = 43 + NUMBERS.length;

/** The table of --histogram. `by` heads its first column. */
export function formatDistributions(
  rows: readonly DrawnDistribution[],
  options: { readonly by: string; readonly colour: boolean; readonly unicode: boolean; readonly width: number },
): readonly string[] {
  const { by, colour, unicode, width } = options;
  const style = createStyle(colour);
  const heads = ['CLOSES', 'P50', 'P90', 'P99', 'MAX'];
  const barColumns = BAR_BOUNDS_MS.length + 1;
  const room = Math.max(8, width - NUMBERS_WIDTH - barColumns - 2);
  const columns = Math.min(room, Math.max(by.length, ...rows.map((row) => safeText(row.of).length)));
  const line = (first: string, cells: readonly string[], bars: string): string =>
    `${padEnd(shorten(first, columns), columns)} ${cells.map((cell, index) => padStart(cell, NUMBERS[index] ?? 0)).join(' ')}  ${bars}`.trimEnd();
  const head = line(by, heads, `10${unicode ? 'µ' : 'u'}-100s`);
  return [
    style.strong(head),
    ...rows.map((row) =>
      line(
        safeText(row.of),
        [formatCount(row.count), ...[row.p50Ms, row.p90Ms, row.p99Ms, row.maxMs].map((ms) => formatShort(ms, unicode))],
        drawBars(row.bars, unicode),
      ),
    ),
  ];
}

/** On a scale of logarithms, so that one slow close in a million is seen: nothing is drawn only where nothing is. */
function drawBars(counts: readonly number[], unicode: boolean): string {
  const glyphs = unicode ? GLYPHS.unicode : GLYPHS.ascii;
  const most = Math.max(1, ...counts);
  const level = (count: number): number => Math.round((Math.log(count + 1) / Math.log(most + 1)) * (glyphs.length - 1));
  return counts.map((count) => (count === 0 ? ' ' : (glyphs[level(count)] ?? ''))).join('');
}

/** Shortens the name of a process and not its number, which is behind it. */
function shorten(of: string, columns: number): string {
  const at = of.lastIndexOf(' ');
  const number = at < 0 || /\D/.test(of.slice(at + 1)) ? '' : of.slice(at);
  return `${truncate(of.slice(0, of.length - number.length), columns - number.length)}${number}`;
}

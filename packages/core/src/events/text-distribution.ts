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
const NUMBER = 9;

/** The table of --histogram. `by` heads its first column. */
export function formatDistributions(
  rows: readonly DrawnDistribution[],
  options: { readonly by: string; readonly colour: boolean; readonly unicode: boolean; readonly width: number },
): readonly string[] {
  const { by, colour, unicode, width } = options;
  const style = createStyle(colour);
  const heads = ['CLOSES', 'P50', 'P90', 'P99', 'MAX'];
  const barColumns = BAR_BOUNDS_MS.length + 1;
  const room = Math.max(8, width - heads.length * (NUMBER + 1) - barColumns - 3);
  const columns = Math.min(room, Math.max(by.length, ...rows.map((row) => safeText(row.of).length)));
  const line = (first: string, cells: readonly string[], bars: string): string =>
    `${padEnd(truncate(first, columns), columns)} ${cells.map((cell) => padStart(cell, NUMBER)).join(' ')}  ${bars}`.trimEnd();
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

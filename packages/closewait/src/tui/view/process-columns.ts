import { cellsOf } from '../model/cells.ts';
import type { ProcessRow } from '../model/host-look.ts';
import { shortCount, shortDuration, shortRate } from '../model/short-quantities.ts';
import { descriptorShare, growthOfRow, type SortKey } from '../model/sort-rows.ts';
import { drawSparkline } from '../model/sparkline.ts';
import type { TopState } from '../model/state.ts';
import { drawBar, drawGauge } from './bar.ts';
import type { Column } from './columns.ts';
import type { Palette } from './palette.ts';
import { paintDescriptors, paintFull, paintVerdict } from './urgency.ts';

const LONGEST_NAME = 28;
const LONGEST_PLACE = 30;
const TREND_COLUMNS = 8;
const WIDE_TREND_COLUMNS = 16;
const BAR_COLUMNS = 6;

/** From this width on words stand for signs, and descriptors are numbers with a bar. */
const WIDE = 100;

/** How sure a verdict is, where there is no room for the word: nothing, `~` and `?`. The help says so. */
const SIGNS = { certain: '', likely: '~', possible: '?' } as const;

/** The columns of the list of processes; widths follow what all of them have to show, so that scrolling moves nothing. */
export function processColumns(
  { visible, sorting, history, size }: Pick<TopState, 'visible' | 'sorting' | 'history' | 'size'>,
  palette: Palette,
): readonly Column<ProcessRow>[] {
  const titled = (title: string, key?: SortKey): string =>
    key === sorting.by ? `${title}${sorting.reversed ? '▴' : '▾'}` : title;
  const widest = (title: string, text: (row: ProcessRow) => string): number =>
    visible.reduce((most, row) => Math.max(most, cellsOf(text(row))), title.length);
  const column = (
    rank: number,
    title: string,
    text: (row: ProcessRow) => string,
    rest: Partial<Column<ProcessRow>> = {},
  ): Column<ProcessRow> => {
    const columns = widest(title, text);
    return { title, align: 'left', least: columns, most: columns, rank, cell: (row) => ({ text: text(row) }), ...rest };
  };
  const right = { align: 'right' } as const;
  const name = titled('NAME', 'name');
  const place = widest('UNIT', placeOf);
  const isWide = size.columns >= WIDE;
  const verdict = isWide ? wordsOfVerdict : signedVerdict;
  const used = isWide ? numbersOfUse : shareOfUse;
  const use = titled('FDS', 'descriptors');
  const useColumns = widest(use, used) + 1 + (isWide ? BAR_COLUMNS : 0);
  return [
    column(4, 'PID', ({ pid }) => (pid === null ? '-' : String(pid)), right),
    column(0, name, (row) => row.name, {
      least: 8,
      most: Math.min(
        LONGEST_NAME,
        widest(name, (row) => row.name),
      ),
    }),
    ...(visible.some((row) => row.place !== null)
      ? [
          column(9, 'UNIT', placeOf, {
            least: Math.min(14, place),
            most: Math.min(LONGEST_PLACE, place),
            cell: (row) => ({ text: placeOf(row), paint: palette.faint }),
          }),
        ]
      : []),
    column(1, titled('STUCK', 'stuck'), ({ stuck }) => shortCount(stuck), {
      ...right,
      cell: ({ stuck }) => ({ text: shortCount(stuck), paint: palette.strong }),
    }),
    column(8, 'TREND', () => '', {
      least: 6,
      most: isWide ? WIDE_TREND_COLUMNS : TREND_COLUMNS,
      cell: ({ key }, columns) => ({
        text: drawSparkline(
          (history.get(key) ?? []).map(({ stuck }) => stuck),
          { columns, unicode: palette.unicode },
        ),
        paint: palette.command,
      }),
    }),
    column(6, titled('/MIN', 'growth'), (row) => rateText(row, history), right),
    column(2, titled('OLDEST', 'oldest'), ageText, right),
    column(3, 'VERDICT', verdict, {
      least: 15,
      cell: (row, columns) => ({
        text: fitVerdict(row, verdict(row), columns),
        paint: paintVerdict(row.verdict, palette),
      }),
    }),
    column(5, use, used, {
      ...right,
      least: useColumns,
      most: useColumns,
      cell: (row) => ({ text: `${used(row)}${drawUse(row, isWide, palette)}`, paint: paintDescriptors(row, palette) }),
    }),
    column(7, titled('FULL IN', 'full'), fullText, {
      ...right,
      cell: (row) => ({ text: fullText(row), paint: paintFull(row, palette) }),
    }),
  ];
}

function placeOf({ place }: ProcessRow): string {
  return place ?? '';
}

function rateText(row: ProcessRow, history: TopState['history']): string {
  const rate = growthOfRow(row, history);
  return rate === null ? '' : shortRate(rate);
}

/** `≥` where one of the ages is a lower bound. */
function ageText({ oldestMs, oldestIs }: ProcessRow): string {
  if (oldestMs === null) return '?';
  return `${oldestIs === 'exact' ? '' : '≥'}${shortDuration(oldestMs)}`;
}

function wordsOfVerdict({ verdict: { cause, confidence } }: ProcessRow): string {
  return `${cause}, ${confidence}`;
}

function signedVerdict({ verdict: { cause, confidence } }: ProcessRow): string {
  return cause + SIGNS[confidence];
}

/** Where it has to be cut, the sign for how sure it is stays. */
function fitVerdict({ verdict: { cause, confidence } }: ProcessRow, text: string, columns: number): string {
  if (text.length <= columns) return text;
  const sign = SIGNS[confidence];
  return `${cause.slice(0, Math.max(0, columns - 1 - sign.length))}…${sign}`;
}

function numbersOfUse({ descriptors }: ProcessRow): string {
  if (descriptors === null) return '?';
  const { open, limit } = descriptors;
  return `${shortCount(open)}/${limit === null ? 'no limit' : shortCount(limit)}`;
}

function shareOfUse(row: ProcessRow): string {
  const share = descriptorShare(row);
  return share === null ? '?' : `${Math.floor(share * 100)}%`;
}

function drawUse(row: ProcessRow, isWide: boolean, { unicode }: Palette): string {
  const share = Math.min(1, descriptorShare(row) ?? 0);
  return isWide ? ` ${drawBar(share, BAR_COLUMNS)}` : drawGauge(share, unicode);
}

function fullText({ full, descriptors }: ProcessRow): string {
  if (descriptors !== null && descriptors.limit !== null && descriptors.open >= descriptors.limit) return 'now';
  return full === null ? '' : shortDuration(full.inMs);
}

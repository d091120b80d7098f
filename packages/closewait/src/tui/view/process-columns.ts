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
const LONGEST_TREND = 40;
const BAR_COLUMNS = 6;

/** How sure a verdict is, where there is no room for the word: nothing, `~` and `?`. The help says so. */
const SIGNS = { certain: '', likely: '~', possible: '?' } as const;

/** The columns of the list of processes; widths follow what all of them have to show, so that scrolling moves nothing. */
export function processColumns(
  { visible, sorting, history }: Pick<TopState, 'visible' | 'sorting' | 'history'>,
  palette: Palette,
): readonly Column<ProcessRow>[] {
  const titled = (title: string, key?: SortKey): string =>
    key === sorting.by ? `${title}${sorting.reversed ? '▴' : '▾'}` : title;
  const widest = (title: string, text: (row: ProcessRow) => string): number =>
    visible.reduce((most, row) => Math.max(most, cellsOf(text(row))), cellsOf(title));
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
  const fds = titled('FDS', 'descriptors');
  const place = widest('UNIT', placeOf);
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
      most: LONGEST_TREND,
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
    column(3, 'VERDICT', verdictText, {
      least: 15,
      cell: (row, columns) => ({ text: fitVerdict(row, columns), paint: paintVerdict(row.verdict, palette) }),
    }),
    column(5, fds, fullUseText, {
      ...right,
      least: Math.max(4, fds.length),
      most: widest(fds, fullUseText) + 1 + BAR_COLUMNS,
      jumps: true,
      cell: (row, columns) => ({ text: useText(row, columns, palette), paint: paintDescriptors(row, palette) }),
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

function verdictText({ verdict: { cause, confidence } }: ProcessRow): string {
  return `${cause}, ${confidence}`;
}

/** The word for how sure it is, or its sign; the sign is never cut off. */
function fitVerdict(row: ProcessRow, columns: number): string {
  const long = verdictText(row);
  if (long.length <= columns) return long;
  const { cause, confidence } = row.verdict;
  const sign = SIGNS[confidence];
  return cause.length + sign.length <= columns ? cause + sign : `${cause.slice(0, columns - 1 - sign.length)}…${sign}`;
}

function fullUseText({ descriptors }: ProcessRow): string {
  if (descriptors === null) return '?';
  const { open, limit } = descriptors;
  return `${shortCount(open)}/${limit === null ? 'no limit' : shortCount(limit)}`;
}

function useText(row: ProcessRow, columns: number, { unicode }: Palette): string {
  const share = descriptorShare(row);
  const long = fullUseText(row);
  if (share === null) return '?';
  if (long.length + 1 + BAR_COLUMNS <= columns) return `${long} ${drawBar(Math.min(1, share), BAR_COLUMNS)}`;
  const percent = `${Math.floor(share * 100)}%`;
  return share >= 1 ? percent : `${percent}${drawGauge(share, unicode)}`;
}

function fullText({ full, descriptors }: ProcessRow): string {
  if (descriptors !== null && descriptors.limit !== null && descriptors.open >= descriptors.limit) return 'now';
  return full === null ? '' : shortDuration(full.inMs);
}

import { describeTitle, formatCount, formatDuration, formatForecast, wrap } from '@closewait/core/report';
import { cellsOf, cut, fit } from '../model/cells.ts';
import type { ProcessRow } from '../model/host-look.ts';
import { bodyRows, listRows, stripRows } from '../model/layout.ts';
import type { TopState } from '../model/state.ts';
import { rowLine, sizeColumns, titleLine } from './columns.ts';
import type { Palette } from './palette.ts';
import { processColumns } from './process-columns.ts';
import { paintVerdict } from './urgency.ts';

/** The sign of the cursor, and what stands in its place elsewhere. */
export const CURSOR = '▶ ';
export const NO_CURSOR = '  ';

/** The body of the list: titles, processes, and the selected one in words; or why there is none. */
export function drawList(state: TopState, palette: Palette): readonly string[] {
  const { size, visible, window } = state;
  if (visible.length === 0) return describeNothing(state, palette).map((line) => `  ${line}`);
  const columns = sizeColumns(columnsOf(state, palette), size.columns - CURSOR.length);
  const shown = visible.slice(window.top, window.top + listRows(size));
  const rows = shown.map((row, index) => {
    const isSelected = window.top + index === window.cursor;
    if (!isSelected) return NO_CURSOR + rowLine(columns, row, true);
    return palette.selected(fit(CURSOR + rowLine(columns, row, false), size.columns));
  });
  const list = [palette.faint(NO_CURSOR + titleLine(columns)), ...rows];
  const selected = visible[window.cursor];
  if (selected === undefined || stripRows(size) === 0) return list;
  const blank = Array.from({ length: bodyRows(size) - stripRows(size) - list.length }, () => '');
  return [...list, ...blank, ...drawStrip(selected, state, palette)];
}

/** By the rows that they were measured for: of a thousand processes that costs more than to draw the screen. */
const measured = new WeakMap<
  TopState['visible'],
  { readonly columns: ReturnType<typeof processColumns>; readonly size: TopState['size'] }
>();

/** The rows are new ones after each look, for each order and each filter. */
function columnsOf(state: TopState, palette: Palette): ReturnType<typeof processColumns> {
  const kept = measured.get(state.visible);
  if (kept?.size === state.size) return kept.columns;
  const columns = processColumns(state, palette);
  measured.set(state.visible, { columns, size: state.size });
  return columns;
}

/** What the columns have no room for: the whole verdict, and the descriptors in numbers. */
function drawStrip(row: ProcessRow, { size, window, visible }: TopState, palette: Palette): readonly string[] {
  const [finding] = row.findings;
  const rows = listRows(size);
  const below = visible.length - window.top - rows;
  const more = [...(window.top > 0 ? [`↑ ${window.top} more`] : []), ...(below > 0 ? [`↓ ${below} more`] : [])].join(
    '  ',
  );
  const rule =
    more === '' ? '─'.repeat(size.columns) : `${'─'.repeat(Math.max(0, size.columns - more.length - 4))} ${more} ──`;
  const { cause, confidence } = row.verdict;
  const head = `${cause}, ${confidence}`;
  const told = finding === undefined ? '' : describeTitle(finding);
  const lines = wrap(told, size.columns - 2, Math.max(0, size.columns - 4 - head.length));
  return [
    palette.faint(rule),
    nameLine(row, size.columns, palette),
    `  ${paintVerdict(row.verdict, palette)(head)}  ${lines[0] ?? ''}`,
    `  ${lines[1] === undefined ? '' : cut(lines.slice(1).join(' '), size.columns - 2)}`,
  ].slice(0, stripRows(size));
}

/** `orders-api  pid 17  orders.service      57 of 64 descriptors, full in about 6 min (5 to 8)`. */
export function nameLine(row: ProcessRow, columns: number, palette: Palette): string {
  const right = describeUse(row);
  const pid = row.pid === null ? '' : `  pid ${row.pid}`;
  const place = row.place === null ? '' : `  ${row.place}`;
  const room = columns - 2 - (cellsOf(right) + 3 <= columns / 1.5 ? cellsOf(right) + 3 : 0);
  const name = cut(row.name, Math.max(1, room - pid.length));
  const rest = cut(`${pid}${place}`, Math.max(0, room - cellsOf(name)));
  const left = `  ${palette.strong(name)}${rest}`;
  if (room === columns - 2) return left;
  return `${left}${' '.repeat(columns - 2 - cellsOf(name) - cellsOf(rest) - cellsOf(right) - 1)}${right}`;
}

function describeUse({ descriptors, full }: ProcessRow): string {
  if (descriptors === null) return 'descriptors not known';
  const { open, limit } = descriptors;
  if (limit === null) return `${formatCount(open)} descriptors, no limit`;
  const use = `${formatCount(open)} of ${formatCount(limit)} descriptors`;
  if (open >= limit) return `${use}: full`;
  return full === null ? use : `${use}, full in about ${formatForecast(full.inMs, full.earliestMs, full.latestMs)}`;
}

function describeNothing({ look, filter, size, failure }: TopState, palette: Palette): readonly string[] {
  if (look === null)
    return [
      '',
      failure === null ? 'Looking at this host for the first time.' : palette.alarm('Nothing could be looked at yet.'),
    ];
  const width = size.columns - 4;
  if (look.rows.length > 0) return ['', ...wrap(`No process fits the filter ${filter.text}.`, width), 'Esc clears it.'];
  const sockets =
    look.sockets === null
      ? ''
      : ` ${formatCount(look.sockets)} TCP sockets were looked at in ${formatDuration(look.tookMs)}.`;
  const nothing = look.unseen.length === 0 ? 'Nothing is stuck in CLOSE-WAIT.' : 'Nothing seen is stuck in CLOSE-WAIT.';
  const passing = look.passing === 0 ? '' : ` ${formatCount(look.passing)} passing through.`;
  return [
    '',
    palette.good(nothing),
    ...wrap(`${sockets}${passing}`.trim(), width),
    '',
    ...wrap('To see it happen: closewait demo. To follow each close as it happens: closewait watch.', width),
  ];
}

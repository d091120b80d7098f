import { formatCount } from '@closewait/core/report';
import { cellsOf, fit } from '../model/cells.ts';
import { type ConnectionList, lineAt, totalOf } from '../model/connection-list.ts';
import type { ConnectionLine, ConnectionOrder } from '../model/host-look.ts';
import { shortCount, shortDuration } from '../model/short-quantities.ts';
import { type Column, rowLine, sizeColumns, titleLine } from './columns.ts';
import { CURSOR, NO_CURSOR } from './list-view.ts';
import type { Palette } from './palette.ts';

/** Titles and `height` connections; `hasCursor` false where the keys go elsewhere. */
export function drawConnections(
  list: ConnectionList,
  {
    columns: width,
    height,
    hasCursor,
  }: { readonly columns: number; readonly height: number; readonly hasCursor: boolean },
  palette: Palette,
): readonly string[] {
  const { window, page } = list;
  const columns = sizeColumns(connectionColumns(list, palette), width - CURSOR.length);
  const rows = Array.from({ length: Math.min(height, Math.max(0, totalOf(list) - window.top)) }, (_, index) => {
    const line = lineAt(list, window.top + index);
    const isSelected = hasCursor && window.top + index === window.cursor;
    // Its page is on its way.
    if (line === null) return palette.faint(`${isSelected ? CURSOR : NO_CURSOR}…`);
    if (isSelected) return palette.selected(fit(CURSOR + rowLine(columns, line, false), width));
    return NO_CURSOR + rowLine(columns, line, true);
  });
  const empty = page === null ? ['  …'] : [];
  return [palette.faint(NO_CURSOR + titleLine(columns)), ...(rows.length === 0 ? empty : rows)];
}

/** `41 of 52` at the cursor. */
export function describePlaceInList(list: ConnectionList): string {
  return totalOf(list) === 0 ? '' : `${formatCount(list.window.cursor + 1)} of ${formatCount(totalOf(list))}`;
}

function connectionColumns(
  { page, order, reversed }: ConnectionList,
  palette: Palette,
): readonly Column<ConnectionLine>[] {
  const lines = page?.lines ?? [];
  const column = (
    rank: number,
    title: string,
    text: (line: ConnectionLine) => string,
    key?: ConnectionOrder,
  ): Column<ConnectionLine> => {
    const head = key === order ? `${title}${reversed ? '▴' : '▾'}` : title;
    const columns = lines.reduce((most, line) => Math.max(most, cellsOf(text(line))), cellsOf(head));
    return { title: head, align: 'left', least: columns, most: columns, rank, cell: (line) => ({ text: text(line) }) };
  };
  const right = { align: 'right' } as const;
  const local = column(2, 'LOCAL', (line) => line.local);
  const remote = column(1, 'REMOTE', (line) => line.remote, 'remote');
  return [
    { ...column(0, 'AGE', ageText, 'age'), ...right },
    { ...local, least: Math.min(local.least, 12) },
    { ...remote, least: Math.min(remote.least, 15) },
    { ...column(3, 'RECV-Q', (line) => shortCount(line.rxQueueBytes), 'recv-q'), ...right },
    { ...column(4, 'SEND-Q', (line) => shortCount(line.txQueueBytes), 'send-q'), ...right },
    { ...column(5, 'FD', (line) => line.descriptor), ...right },
    {
      ...column(6, 'CAUSE', (line) => line.cause ?? 'too young'),
      least: 10,
      cell: ({ cause }) => ({ text: cause ?? 'too young', paint: palette.faint }),
    },
  ];
}

function ageText({ ageMs, ageIs }: ConnectionLine): string {
  if (ageMs === null) return '?';
  return ageIs === 'exact' ? shortDuration(ageMs) : `≥${shortDuration(ageMs)}`;
}

import { formatCount } from '@closewait/core/report';
import { totalOf } from '../model/connection-list.ts';
import { connectionRows, textRows } from '../model/layout.ts';
import { textOfProcess } from '../model/process-text.ts';
import type { ProcessScreen, TopState } from '../model/state.ts';
import { describePlaceInList, drawConnections } from './connections-view.ts';
import { joinEnds } from './head-view.ts';
import { nameLine } from './list-view.ts';
import type { Palette } from './palette.ts';

/** One process: why its connections are stuck, or the connections. */
export function drawProcess(state: TopState, screen: ProcessScreen, palette: Palette): readonly string[] {
  const { size } = state;
  const title = nameLine(screen.row, size.columns, palette);
  if (screen.tab === 'connections') {
    const height = connectionRows(size);
    return [
      title,
      drawTabs(screen, describePlaceInList(screen.list), size.columns, palette),
      ...drawConnections(screen.list, { columns: size.columns, height, hasCursor: true }, palette),
    ];
  }
  const lines = textOfProcess(screen.row, state, palette.colour);
  const height = textRows(size);
  const top = Math.max(0, Math.min(screen.top, lines.length - height));
  const shown = lines.slice(top, top + height);
  const where = lines.length <= height ? '' : `lines ${top + 1} to ${top + shown.length} of ${lines.length}`;
  return [title, drawTabs(screen, where, size.columns, palette), ...shown];
}

function drawTabs({ tab, row, isGone, list }: ProcessScreen, where: string, columns: number, palette: Palette): string {
  const count = list.page === null ? row.count : totalOf(list);
  const label = (text: string, isOpen: boolean): string =>
    isOpen ? palette.strong(`[${text}]`) : palette.faint(` ${text} `);
  const gone = isGone ? [{ text: 'nothing of it is stuck any more: last seen', paint: palette.good }] : [];
  const tabs = [`Why`, `Connections ${formatCount(count)}`] as const;
  // Measured as they are, painted as they are drawn.
  const paint = (): string => ` ${label(tabs[0], tab === 'why')} ${label(tabs[1], tab === 'connections')}`;
  const left = [{ text: ` [${tabs[0]}] [${tabs[1]}]`, paint }, ...gone];
  return joinEnds(left, where === '' ? [] : [{ text: where, paint: palette.faint }], columns);
}

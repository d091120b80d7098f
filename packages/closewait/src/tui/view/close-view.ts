import { cut, fit } from '../model/cells.ts';
import { describeEnded, describeOption, nameOption } from '../model/close-details.ts';
import { closeLayout } from '../model/close-screen.ts';
import type { CloseScreen, TopState } from '../model/state.ts';
import { moveTo, WINDOW_START } from '../model/window.ts';
import { describePlaceInList, drawConnections } from './connections-view.ts';
import { joinEnds } from './head-view.ts';
import { CURSOR, NO_CURSOR } from './list-view.ts';
import type { Palette } from './palette.ts';

/** Carries a way out; a version that has none shows what a command would do, and says that it is a dry run. */
export type Act = (screen: CloseScreen) => Promise<string>;

/** The ways to end connections, what each does, and exactly whom it would end. */
export function drawClose(state: TopState, screen: CloseScreen, palette: Palette, act?: Act): readonly string[] {
  const { columns } = state.size;
  const { row, line, options, chosen, focus, list } = screen;
  const about = line === null ? row.name : `${row.name}: ${line.local} with ${line.remote}`;
  const title = joinEnds(
    [{ text: `  Close: ${about}`, paint: palette.strong }],
    act === undefined ? [{ text: 'dry run: nothing is ended from here', paint: palette.warn }] : [],
    columns,
  );
  const option = options[chosen];
  if (option === undefined) return [title, '', '  No way to end it is known.'];
  const layout = closeLayout(state, screen);
  const { top } = moveTo(chosen, WINDOW_START, options.length, layout.options);
  const rule = palette.faint('─'.repeat(columns));
  const page = list?.page ?? null;
  const details = describeOption(option, page, columns).slice(0, layout.details);
  const ended = describeEnded(option, page);
  const where = list === null ? '' : describePlaceInList(list);
  return [
    title,
    ...options.slice(top, top + layout.options).map((some, index) => {
      const text = nameOption(some);
      if (top + index !== chosen) return NO_CURSOR + cut(text, columns - NO_CURSOR.length);
      const chosenText = fit(CURSOR + text, columns);
      return focus === 'options' ? palette.selected(chosenText) : palette.strong(chosenText);
    }),
    rule,
    ...details.map(({ text, isCommand }) => (isCommand ? palette.command(text) : text)),
    joinEnds(
      [{ text: `  ${ended}`, paint: palette.strong }],
      where === '' ? [] : [{ text: where, paint: palette.faint }],
      columns,
    ),
    ...(list === null || list.page?.total === 0 || layout.connections === 0
      ? []
      : drawConnections(list, { columns, height: layout.connections, hasCursor: focus === 'connections' }, palette)),
  ];
}

import { describeOption } from './close-details.ts';
import { type CloseOption, listCloseOptions } from './close-options.ts';
import { type ConnectionList, openConnections, pressInConnections } from './connection-list.ts';
import { type CloseLayout, layOutClose } from './layout.ts';
import type { CloseScreen, TopState } from './state.ts';
import { movedBy } from './window.ts';

/** Opens the dialogue for a process, or for one of its connections. */
export function openClose(state: TopState, about: Pick<CloseScreen, 'row' | 'line' | 'back'>): TopState {
  const options = listCloseOptions(about.row, about.line);
  const screen: CloseScreen = { is: 'close', ...about, options, chosen: 0, focus: 'options', list: listOf(options[0]) };
  return { ...state, screen };
}

/** A key in the dialogue. Nothing is ended here: it shows what a command would end. */
export function pressInClose(state: TopState, screen: CloseScreen, key: string): TopState {
  switch (key) {
    case 'escape':
    case 'q':
    case 'left':
      return { ...state, screen: screen.back };
    case 'tab':
      return { ...state, screen: { ...screen, focus: otherFocus(screen) } };
    default:
      return screen.focus === 'options' ? choose(state, screen, key) : scroll(state, screen, key);
  }
}

/** How the dialogue is divided now. */
export function closeLayout({ size }: Pick<TopState, 'size'>, screen: CloseScreen): CloseLayout {
  const option = screen.options[screen.chosen];
  return layOutClose(
    size,
    screen,
    option === undefined ? 0 : describeOption(option, screen.list?.page ?? null, size.columns).length,
  );
}

/** Connections that the dialogue shows at once. */
export function closeRows(state: Pick<TopState, 'size'>, screen: CloseScreen): number {
  return Math.max(1, closeLayout(state, screen).connections);
}

function choose(state: TopState, screen: CloseScreen, key: string): TopState {
  const { options } = screen;
  const to = movedBy(key, { cursor: screen.chosen, top: 0 }, options.length, options.length);
  if (to === null || options.length === 0) return state;
  const chosen = Math.max(0, Math.min(to, options.length - 1));
  return chosen === screen.chosen ? state : { ...state, screen: { ...screen, chosen, list: listOf(options[chosen]) } };
}

function scroll(state: TopState, screen: CloseScreen, key: string): TopState {
  const list = screen.list === null ? null : pressInConnections(screen.list, key, closeRows(state, screen));
  return list === null ? state : { ...state, screen: { ...screen, list } };
}

function otherFocus({ focus, list }: CloseScreen): CloseScreen['focus'] {
  return focus === 'options' && list !== null ? 'connections' : 'options';
}

function listOf(option: CloseOption | undefined): ConnectionList | null {
  const selection = option?.is === 'method' ? option.selection : (option?.ended.selection ?? null);
  return selection === null ? null : openConnections(selection);
}

import { openClose } from './close-screen.ts';
import { lineAt, pressInConnections } from './connection-list.ts';
import { connectionRows, textRows } from './layout.ts';
import { textOfProcess } from './process-text.ts';
import type { ProcessScreen, TopState } from './state.ts';
import { scrolledBy } from './window.ts';

/** A key on the screen of one process. */
export function pressInProcess(state: TopState, screen: ProcessScreen, key: string): TopState {
  switch (key) {
    case 'escape':
    case 'q':
      return { ...state, screen: { is: 'list' } };
    case 'tab':
      return { ...state, screen: { ...screen, tab: screen.tab === 'why' ? 'connections' : 'why' } };
    case 'left':
      return screen.tab === 'why'
        ? { ...state, screen: { is: 'list' } }
        : { ...state, screen: { ...screen, tab: 'why' } };
    case 'right':
      return { ...state, screen: { ...screen, tab: 'connections' } };
    case 'c':
      return openClose(state, { row: screen.row, line: lineOf(screen), back: screen });
    default:
      return screen.tab === 'why' ? scroll(state, screen, key) : pressInList(state, screen, key);
  }
}

function lineOf({ tab, list }: ProcessScreen): ReturnType<typeof lineAt> {
  return tab === 'why' ? null : lineAt(list, list.window.cursor);
}

function scroll(state: TopState, screen: ProcessScreen, key: string): TopState {
  const lines = textOfProcess(screen.row, state, false);
  const top = scrolledBy(key, screen.top, lines.length, textRows(state.size));
  return top === null ? state : { ...state, screen: { ...screen, top } };
}

function pressInList(state: TopState, screen: ProcessScreen, key: string): TopState {
  const list = pressInConnections(screen.list, key, connectionRows(state.size));
  return list === null ? state : { ...state, screen: { ...screen, list } };
}

import { closeRows, pressInClose } from './close-screen.ts';
import { openConnections, takePage, wantPage } from './connection-list.ts';
import type { TopEvent } from './events.ts';
import type { ReadSelector } from './filter.ts';
import { remember } from './history.ts';
import type { ConnectionPage, HostLook, PageRequest } from './host-look.ts';
import { connectionRows, listRows } from './layout.ts';
import { arrange, pressInList } from './list-screen.ts';
import { pressAnywhere } from './press-anywhere.ts';
import { pressInProcess } from './process-screen.ts';
import type { ProcessScreen, Size, TopState } from './state.ts';
import { moveTo } from './window.ts';

/** The state after an event. Pure: whoever calls it looks, asks for pages and draws. */
export function update(state: TopState, event: TopEvent, readSelector: ReadSelector): TopState {
  switch (event.type) {
    case 'key':
      return press(state, event.key, readSelector);
    case 'looking':
      return { ...state, isLooking: true };
    case 'looked':
      return takeLook(state, event.look);
    case 'look-failed':
      return { ...state, isLooking: false, failure: { message: event.message, atMs: event.atMs } };
    case 'paged':
      return takeAnyPage(state, event.page);
    case 'resized':
      return resize(state, event.size);
    case 'ticked':
      return { ...state, nowMs: event.nowMs };
    case 'stopped':
      return { ...state, wantsStop: false };
    case 'ended':
      return { ...state, isOver: true };
  }
}

function press(state: TopState, key: string, readSelector: ReadSelector): TopState {
  const everywhere = pressAnywhere(state, key);
  if (everywhere !== null) return everywhere;
  const { screen } = state;
  if (screen.is === 'process') return pressInProcess(state, screen, key);
  return screen.is === 'close' ? pressInClose(state, screen, key) : pressInList(state, key, readSelector);
}

function takeLook(state: TopState, look: HostLook): TopState {
  const looked = { ...state, look, isLooking: false, failure: null, history: remember(state.history, look) };
  return refreshScreen(arrange(looked), look);
}

/** What is open stays open, with what is known now. The close dialogue stays as it is: one reads and copies there. */
function refreshScreen(state: TopState, { rows }: HostLook): TopState {
  const refresh = (screen: ProcessScreen): ProcessScreen => {
    const row = rows.find(({ key }) => key === screen.row.key);
    return row === undefined ? { ...screen, isGone: true } : { ...screen, row, isGone: false };
  };
  const { screen } = state;
  if (screen.is === 'process') return { ...state, screen: refresh(screen) };
  if (screen.is === 'close' && screen.back.is === 'process') {
    return { ...state, screen: { ...screen, back: refresh(screen.back) } };
  }
  return state;
}

function takeAnyPage(state: TopState, page: ConnectionPage): TopState {
  const { screen, size } = state;
  if (screen.is === 'process') {
    return { ...state, screen: { ...screen, list: takePage(screen.list, page, connectionRows(size)) } };
  }
  if (screen.is === 'close') {
    const list = screen.list === null ? null : takePage(screen.list, page, closeRows(state, screen));
    return { ...state, screen: { ...screen, list } };
  }
  return { ...state, prefetched: page };
}

/** The page of connections that the screen needs, or will need if the selected process is opened; null: none. */
export function wantedPage(state: TopState): PageRequest | null {
  const { screen, size, look, selected, prefetched } = state;
  if (look === null) return null;
  if (screen.is === 'process')
    return screen.isGone ? null : wantPage(screen.list, look.takenAtMs, connectionRows(size));
  if (screen.is === 'close') {
    return screen.list === null ? null : wantPage(screen.list, look.takenAtMs, closeRows(state, screen));
  }
  if (selected === null) return null;
  const list = openConnections({ of: 'process', key: selected }, prefetched);
  return wantPage(list, look.takenAtMs, connectionRows(size));
}

function resize(state: TopState, size: Size): TopState {
  const window = moveTo(state.window.cursor, state.window, state.visible.length, listRows(size));
  return keepConnectionsInSight({ ...state, size, window });
}

function keepConnectionsInSight(state: TopState): TopState {
  const { screen } = state;
  if (screen.is === 'list') return state;
  const { list } = screen;
  if (list === null) return state;
  const height = screen.is === 'process' ? connectionRows(state.size) : closeRows(state, screen);
  const window = moveTo(list.window.cursor, list.window, list.page?.total ?? 0, height);
  return { ...state, screen: { ...screen, list: { ...list, window } } };
}

import { openClose } from './close-screen.ts';
import { openConnections } from './connection-list.ts';
import { NO_FILTER, type ReadSelector, readFilter } from './filter.ts';
import type { ProcessRow } from './host-look.ts';
import { listRows } from './layout.ts';
import { SORT_KEYS, type Sorting, sortRows } from './sort-rows.ts';
import type { TopState } from './state.ts';
import { follow, movedBy, moveTo } from './window.ts';

/** What is typed into the filter is no longer than a line. */
const LONGEST_FILTER = 200;

/** Filters and sorts anew. The cursor stays on its process; where that is not shown any more, on its place. */
export function arrange(state: TopState): TopState {
  const { look, filter, sorting, history, window, selected, size } = state;
  const visible = sortRows((look?.rows ?? []).filter(filter.matches), sorting, history);
  const at = visible.findIndex(({ key }) => key === selected);
  const height = listRows(size);
  const moved =
    at < 0 ? moveTo(window.cursor, window, visible.length, height) : follow(at, window, visible.length, height);
  return { ...state, visible, window: moved, selected: visible[moved.cursor]?.key ?? null };
}

/** A key on the list of processes. */
export function pressInList(state: TopState, key: string, readSelector: ReadSelector): TopState {
  if (state.isTyping) return typeFilter(state, key, readSelector);
  const to = movedBy(key, state.window, state.visible.length, listRows(state.size));
  if (to !== null) return select(state, to);
  const row = state.visible[state.window.cursor];
  switch (key) {
    case 'enter':
    case 'right':
      return row === undefined ? state : open(state, row);
    case 'c':
      return row === undefined ? state : openClose(state, { row, line: null, back: { is: 'list' } });
    case '/':
      return { ...state, isTyping: true };
    case 's':
      return sortBy(state, { by: nextSort(state.sorting), reversed: false });
    case 'r':
      return sortBy(state, { ...state.sorting, reversed: !state.sorting.reversed });
    case 'escape':
      return arrange({ ...state, filter: NO_FILTER });
    case 'q':
      return { ...state, isOver: true };
    default:
      return sortByNumber(state, key);
  }
}

/** `1` to `6`; the same once more reverses. */
function sortByNumber(state: TopState, key: string): TopState {
  const by = /^[1-9]$/.test(key) ? SORT_KEYS[Number(key) - 1] : undefined;
  if (by === undefined) return state;
  return sortBy(state, { by, reversed: by === state.sorting.by && !state.sorting.reversed });
}

/** The selected process stays selected, wherever the new order puts it. */
function sortBy(state: TopState, sorting: Sorting): TopState {
  return arrange({ ...state, sorting });
}

function nextSort({ by }: Sorting): Sorting['by'] {
  return SORT_KEYS[(SORT_KEYS.indexOf(by) + 1) % SORT_KEYS.length] ?? 'stuck';
}

function select(state: TopState, to: number): TopState {
  const window = moveTo(to, state.window, state.visible.length, listRows(state.size));
  return { ...state, window, selected: state.visible[window.cursor]?.key ?? null };
}

function open(state: TopState, row: ProcessRow): TopState {
  const list = openConnections({ of: 'process', key: row.key }, state.prefetched);
  return { ...state, screen: { is: 'process', row, isGone: false, tab: 'why', top: 0, list } };
}

function typeFilter(state: TopState, key: string, readSelector: ReadSelector): TopState {
  const { text } = state.filter;
  const typed = (next: string): TopState => arrange({ ...state, filter: readFilter(next, readSelector) });
  switch (key) {
    case 'enter':
      return { ...state, isTyping: false };
    case 'escape':
      return arrange({ ...state, isTyping: false, filter: NO_FILTER });
    case 'backspace':
      return text === '' ? { ...state, isTyping: false } : typed([...text].slice(0, -1).join(''));
    case 'ctrl-u':
      return typed('');
    case 'ctrl-w':
      return typed(text.replace(/\S+\s*$/, ''));
    case 'up':
    case 'down':
    case 'pageup':
    case 'pagedown':
      return select(state, movedBy(key, state.window, state.visible.length, listRows(state.size)) ?? 0);
    default:
      // Names of keys are longer than a character.
      return [...key].length === 1 && text.length < LONGEST_FILTER ? typed(text + key) : state;
  }
}

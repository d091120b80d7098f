import type { ConnectionLine, ConnectionOrder, ConnectionPage, ConnectionSelection, PageRequest } from './host-look.ts';
import { CONNECTION_ORDERS } from './host-look.ts';
import { follow, movedBy, moveTo, WINDOW_START, type Window } from './window.ts';

/** A list of connections of which only a page is here. */
export interface ConnectionList {
  readonly selection: ConnectionSelection;
  readonly order: ConnectionOrder;
  readonly reversed: boolean;
  readonly window: Window;
  /** The connection at the cursor; null until its page is here. */
  readonly selected: string | null;
  readonly page: ConnectionPage | null;
}

/** Entries before the window and behind it that come with a page, so that scrolling finds them here. */
const AROUND = 100;

/** At its beginning, the oldest first; with a page that was asked for beforehand where that fits. */
export function openConnections(selection: ConnectionSelection, page: ConnectionPage | null = null): ConnectionList {
  const fresh: ConnectionList = {
    selection,
    order: 'age',
    reversed: false,
    window: WINDOW_START,
    selected: null,
    page: null,
  };
  return page !== null && isPageOf(page, fresh) ? { ...fresh, page, selected: page.lines[0]?.id ?? null } : fresh;
}

/** How many there are; 0 until that is known. */
export function totalOf({ page }: ConnectionList): number {
  return page?.total ?? 0;
}

/** The line at an index of the whole list; null where its page is not here yet. */
export function lineAt({ page }: ConnectionList, index: number): ConnectionLine | null {
  return page?.lines[index - page.request.offset] ?? null;
}

/** After a key; null for a key that means nothing here. */
export function pressInConnections(list: ConnectionList, key: string, height: number): ConnectionList | null {
  if (key === 's') return reorder({ ...list, order: nextOf(list.order), reversed: false });
  if (key === 'r') return reorder({ ...list, reversed: !list.reversed });
  const to = movedBy(key, list.window, totalOf(list), height);
  if (to === null) return null;
  const window = moveTo(to, list.window, totalOf(list), height);
  return { ...list, window, selected: lineAt(list, window.cursor)?.id ?? null };
}

/** With a page that has come. The cursor stays on its connection; where that has gone, on its place in the list. */
export function takePage(list: ConnectionList, page: ConnectionPage, height: number): ConnectionList {
  if (!isPageOf(page, list)) return list;
  const { window, selected } = list;
  const found = page.request.find === selected ? page.foundAt : null;
  const moved =
    found === null ? moveTo(window.cursor, window, page.total, height) : follow(found, window, page.total, height);
  const next = { ...list, page, window: moved };
  return { ...next, selected: lineAt(next, moved.cursor)?.id ?? selected };
}

/** The page to ask for; null where what is drawn is here and of the last look. */
export function wantPage(list: ConnectionList, takenAtMs: number, height: number): PageRequest | null {
  const { selection, order, reversed, window, selected, page } = list;
  if (page !== null && page.takenAtMs === takenAtMs && covers(page, window.top, height)) return null;
  const offset = Math.max(0, window.top - AROUND);
  return { selection, order, reversed, offset, count: height + 2 * AROUND, find: selected };
}

function covers({ request: { offset }, lines, total }: ConnectionPage, top: number, height: number): boolean {
  return offset <= top && Math.min(top + height, total) <= offset + lines.length;
}

/** Of the other order nothing is here, and the old page would be a lie. */
function reorder(list: ConnectionList): ConnectionList {
  return { ...list, page: null, window: WINDOW_START, selected: null };
}

function nextOf(order: ConnectionOrder): ConnectionOrder {
  return CONNECTION_ORDERS[(CONNECTION_ORDERS.indexOf(order) + 1) % CONNECTION_ORDERS.length] ?? 'age';
}

function isPageOf({ request }: ConnectionPage, { selection, order, reversed }: ConnectionList): boolean {
  return (
    request.order === order &&
    request.reversed === reversed &&
    JSON.stringify(request.selection) === JSON.stringify(selection)
  );
}

/** The part of a list that is drawn, and which of it is selected. */
export interface Window {
  /** Index of the selected entry; 0 in an empty list. */
  readonly cursor: number;
  /** Index of the first entry that is drawn. */
  readonly top: number;
}

/** At the beginning of a list. */
export const WINDOW_START: Window = { cursor: 0, top: 0 };

/** Puts the cursor somewhere and scrolls no more than it takes to see it. The window is never half empty without need. */
export function moveTo(cursor: number, { top }: Window, total: number, height: number): Window {
  const rows = Math.max(1, height);
  const at = Math.max(0, Math.min(cursor, total - 1));
  const scrolled = Math.min(Math.max(top, at - rows + 1), at);
  return { cursor: at, top: Math.max(0, Math.min(scrolled, total - rows)) };
}

/** The entry has moved in its list: the window follows, so that it stays where it is on the screen. */
export function follow(cursor: number, window: Window, total: number, height: number): Window {
  return moveTo(cursor, { cursor, top: cursor - (window.cursor - window.top) }, total, height);
}

/** Where a key leads; null for a key that moves nothing. */
export function movedBy(key: string, { cursor }: Window, total: number, height: number): number | null {
  const page = Math.max(1, height - 1);
  switch (key) {
    case 'up':
    case 'k':
      return cursor - 1;
    case 'down':
    case 'j':
      return cursor + 1;
    case 'pageup':
      return cursor - page;
    case 'pagedown':
    case ' ':
      return cursor + page;
    case 'home':
    case 'g':
      return 0;
    case 'end':
    case 'G':
      return total - 1;
    default:
      return null;
  }
}

/** Where the text of a page begins after a key; null for a key that scrolls nothing. */
export function scrolledBy(key: string, top: number, total: number, height: number): number | null {
  const last = Math.max(0, total - height);
  // A text has no cursor: its first line takes the place of one, and up and down move it at once.
  const to = movedBy(key, { cursor: Math.min(top, last), top: 0 }, total, height);
  return to === null ? null : Math.max(0, Math.min(to, last));
}

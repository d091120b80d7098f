import type { CloseScreen, Size } from './state.ts';

/** Two lines of head, one of keys. */
export const HEAD_ROWS = 2;
const KEY_ROWS = 1;
const COLUMN_ROWS = 1;
/** Title and tabs of an opened process. */
const TITLE_ROWS = 2;

/** From this height on the selected process is told in words below the list. */
const ROOMY_ROWS = 16;
const STRIP_ROWS = 4;

/** Rows that are left between head and keys. */
export function bodyRows({ rows }: Size): number {
  return Math.max(1, rows - HEAD_ROWS - KEY_ROWS);
}

/** The words below the list, with the line above them; 0 where there is no room. */
export function stripRows({ rows }: Size): number {
  return rows >= ROOMY_ROWS ? STRIP_ROWS : 0;
}

/** Processes that the list shows at once. */
export function listRows(size: Size): number {
  return Math.max(1, bodyRows(size) - COLUMN_ROWS - stripRows(size));
}

/** Lines of text of an opened process. */
export function textRows(size: Size): number {
  return Math.max(1, bodyRows(size) - TITLE_ROWS);
}

/** Connections of an opened process that are shown at once. */
export function connectionRows(size: Size): number {
  return Math.max(1, textRows(size) - COLUMN_ROWS);
}

/** How the close dialogue divides what is left below its title. */
export interface CloseLayout {
  readonly options: number;
  readonly details: number;
  /** Connections; 0 where there is no room for any. */
  readonly connections: number;
}

/** Least rows of the connections that would end, with their two heads, where they are shown at all. */
const LEAST_ENDED = 5;

/** Options first, then what the chosen one does, then whom it ends: on a small terminal what comes last is cut. */
export function layOutClose(size: Size, { options }: CloseScreen, detailLines: number): CloseLayout {
  const room = bodyRows(size) - 1;
  const optionRows = Math.max(1, Math.min(options.length, Math.floor(room / 3)));
  // A line above the details and one below them.
  const left = Math.max(0, room - optionRows - 1);
  const details = Math.min(detailLines, left >= LEAST_ENDED + 5 ? left - LEAST_ENDED : left);
  const rest = left - details - 1;
  return { options: optionRows, details, connections: rest >= 3 ? rest - 2 : 0 };
}

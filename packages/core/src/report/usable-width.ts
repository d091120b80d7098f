/** Lines longer than this are hard to read. */
const WIDEST = 120;
const NARROWEST = 40;

/** The columns that a text uses of a terminal's. */
export function usableWidth(width: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, width));
}

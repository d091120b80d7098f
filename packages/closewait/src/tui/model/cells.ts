import stringWidth from 'string-width';

/** Printable ASCII: a cell a character, and nearly every text. */
const ASCII = /^[ -~]*$/;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cells that a terminal gives a text without colour: two for wide characters, none for combining marks (UAX #11). */
export function cellsOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** As much of a text as fits into `columns` cells, with an ellipsis where something is missing. */
export function cut(text: string, columns: number, ellipsis = '…'): string {
  if (cellsOf(text) <= columns) return text;
  const room = columns - cellsOf(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += cellsOf(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept + ellipsis;
}

/** Exactly `columns` cells: cut, or filled up with spaces on the right, or on the left. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, columns);
  const blank = ' '.repeat(Math.max(0, columns - cellsOf(shown)));
  return align === 'left' ? shown + blank : blank + shown;
}

import stringWidth from 'string-width';

/** A cell a character: printable ASCII, and what the screens draw themselves. Asking string-width takes a hundred times as long. */
const ONE_CELL_EACH = /^[ -~…─≥▁-█░▶▴▾↑↓]*$/;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cells that a terminal gives a text without colour: two for wide characters, none for combining marks (UAX #11). */
export function cellsOf(text: string): number {
  return ONE_CELL_EACH.test(text) ? text.length : stringWidth(text);
}

/** A text by what a reader takes for one character. */
export function splitCharacters(text: string): readonly string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** As much of a text as fits into `columns` cells, with an ellipsis where something is missing. */
export function cut(text: string, columns: number, ellipsis = '…'): string {
  if (cellsOf(text) <= columns) return text;
  const room = columns - cellsOf(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const character of splitCharacters(text)) {
    used += cellsOf(character);
    if (used > room) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** Exactly `columns` cells: cut, or filled up with spaces on the right, or on the left. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, columns);
  const blank = ' '.repeat(Math.max(0, columns - cellsOf(shown)));
  return align === 'left' ? shown + blank : blank + shown;
}

const ESCAPE = '\u001b';
/** What paints a text (SGR), and what is between. */
const PARTS = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

/** The first `columns` cells of a painted text; what paints it stays whole, so that no colour runs on. */
export function clip(painted: string, columns: number): string {
  if (ONE_CELL_EACH.test(painted) && painted.length <= columns) return painted;
  let left = columns;
  const parts = painted.split(PARTS).map((part) => {
    if (part.startsWith(ESCAPE)) return part;
    const shown = cut(part, left, '');
    left -= cellsOf(shown);
    return shown;
  });
  return parts.join('');
}

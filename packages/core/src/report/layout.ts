import { removeStyle } from './style.ts';

/** Stands for a space at which a line may not break. Foreign text has none: safeText escapes U+00A0. */
const GLUE = '\u00a0';

/** Keeps the words of a text on one line: a quantity and its unit, a command. Painted text must be glued. */
export function glue(text: string): string {
  return text.replaceAll(' ', GLUE);
}

/** Printable ASCII: nearly every cell of a table, so a column a UTF-16 unit. */
const ASCII = /^[ -~]*$/;

/** Columns of a painted text, a column for each code point. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const _ of removeStyle(text)) columns += 1;
  return columns;
}

/**
 * Breaks a text at spaces into lines of at most `width` columns, the first of at most `firstWidth`. A word that is
 * longer is cut, a glued one is not.
 */
export function wrap(text: string, width: number, firstWidth: number = width): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let room = firstWidth;
  for (const word of text.split(' ').flatMap((long) => cut(long, width))) {
    if ((line !== '' || room < width) && widthOf(line) + (line === '' ? 0 : 1) + widthOf(word) > room) {
      lines.push(line);
      line = word;
      room = width;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((wrapped) => wrapped.trimEnd().replaceAll(GLUE, ' '));
}

/** `first` and then `text`, which starts at the column `at` or behind `first`; its further lines start at `at`. */
export function hang(first: string, text: string, at: number, width: number): readonly string[] {
  const head = padEnd(first, at);
  const indent = ' '.repeat(at);
  const lines = wrap(text, Math.max(1, width - at), Math.max(0, width - widthOf(head)));
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}`.trimEnd());
}

/** Fills up with spaces on the right. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Fills up with spaces on the left. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** The first `columns` columns of an unpainted text, with an ellipsis where something is missing. */
export function truncate(text: string, columns: number): string {
  if (text.length <= columns || widthOf(text) <= columns) return text;
  return `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`;
}

function cut(word: string, width: number): readonly string[] {
  if (word.length <= width || word.includes(GLUE) || removeStyle(word) !== word) return [word];
  const characters = [...word];
  const pieces: string[] = [];
  for (let start = 0; start < characters.length; start += width) {
    pieces.push(characters.slice(start, start + width).join(''));
  }
  return pieces;
}

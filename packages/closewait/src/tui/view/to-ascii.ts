import { cellsOf, splitCharacters } from '../model/cells.ts';

/** What the screens draw beyond ASCII, a column each, and what stands for it. */
const INSTEAD: Readonly<Record<string, string>> = {
  '…': '~',
  '─': '-',
  '▶': '>',
  '▾': 'v',
  '▴': '^',
  '≥': '>',
  '█': '#',
  '░': '.',
  '│': '|',
  '↑': '^',
  '↓': 'v',
};

const PLAIN = /^[\x20-\x7e\x1b]*$/;

/** A drawn line for a terminal that shows ASCII alone. Text of processes is not made up for: a question mark a cell. */
export function toAscii(line: string): string {
  if (PLAIN.test(line)) return line;
  const characters = splitCharacters(line);
  return characters.map((one) => (PLAIN.test(one) ? one : (INSTEAD[one] ?? '?'.repeat(cellsOf(one))))).join('');
}

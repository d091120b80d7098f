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

const BEYOND = /[^\x20-\x7e\x1b]/gu;

/** A drawn line for a terminal that shows ASCII alone. Text of processes is not made up for: a question mark. */
export function toAscii(line: string): string {
  return line.replace(BEYOND, (character) => INSTEAD[character] ?? '?');
}

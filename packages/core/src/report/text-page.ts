import { glue, hang, padEnd, widthOf, wrap } from './layout.ts';
import { createStyle, type Style } from './style.ts';
import { usableWidth } from './usable-width.ts';

/** How a page is written. */
export interface PageOptions {
  readonly colour: boolean;
  readonly width: number;
}

/** A piece of a page: what the documentation uses of CommonMark, and tables. */
type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'item'; readonly mark: string; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

/**
 * A page of the project's own documentation for a terminal: headings bold, code indented, prose broken at the width.
 * Ends with a newline. The page is trusted text: it is not escaped.
 */
export function formatPage(markdown: string, { colour, width }: PageOptions): string {
  const style = createStyle(colour);
  const columns = usableWidth(width);
  const blocks = parseBlocks(markdown);
  const lines = blocks.flatMap((block, index) => {
    const before = blocks[index - 1];
    const isTight = before?.kind === 'heading' ? before.level > 1 : block.kind === 'item' && before?.kind === 'item';
    return [...(index === 0 || isTight ? [] : ['']), ...formatBlock(block, style, columns)];
  });
  return `${lines.join('\n').trimEnd()}\n`;
}

function formatBlock(block: Block, style: Style, width: number): readonly string[] {
  switch (block.kind) {
    case 'heading':
      return [style.strong(block.text)];
    case 'code':
      return block.lines.map((line) => `    ${line}`.trimEnd());
    case 'table':
      return formatTable(block.rows, style, width);
    case 'item':
      return hang(`  ${block.mark} `, formatInline(block.text, style), block.mark.length + 3, width);
    case 'text':
      return hang('', formatInline(block.text, style), 2, width);
  }
}

const LINK = /\[([^\]]+)\]\([^)]+\)/g;
const SPANS = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

/** Code in the colour of commands and never broken, strong words bold, a link's address behind its text. */
function formatInline(text: string, style: Style): string {
  return text.replaceAll(SPANS, (_, code?: string, strong?: string, linked?: string, address?: string) => {
    if (code !== undefined) return style.command(glue(code));
    if (strong !== undefined) {
      return strong
        .replaceAll(LINK, (_link, label: string) => label)
        .split(' ')
        .map((word) => style.strong(word.replaceAll('`', '')))
        .join(' ');
    }
    return /^https?:/.test(address ?? '') ? `${linked} <${address}>` : (linked ?? '');
  });
}

/** As a table where that fits; otherwise each row under its first cell. */
function formatTable(rows: readonly (readonly string[])[], style: Style, width: number): readonly string[] {
  const [head = [], ...body] = rows.map((cells) => cells.map((cell) => formatInline(cell, style)));
  const sizes = head.map((_, column) =>
    Math.max(...rows.map((cells) => widthOf(formatInline(cells[column] ?? '', style)))),
  );
  const lead = sizes.slice(0, -1).reduce((sum, size) => sum + size + 2, 2);
  if (lead + 24 <= width) {
    const line = (cells: readonly string[]): readonly string[] => {
      const first = cells.slice(0, -1).map((cell, column) => padEnd(cell, (sizes[column] ?? 0) + 2));
      return hang(`  ${plain(first.join(''))}`, cells.at(-1) ?? '', lead, width);
    };
    const names = head.map((name, column) => padEnd(name, column < head.length - 1 ? (sizes[column] ?? 0) + 2 : 0));
    const title = names.join('').trimEnd();
    return [...(title === '' ? [] : [style.faint(`  ${plain(title)}`)]), ...body.flatMap(line)];
  }
  return body.flatMap(([first = '', ...rest]) => [
    ...wrap(first, width - 2).map((line) => `  ${line}`),
    ...rest.flatMap((cell, column) => {
      const name = head[column + 1] ?? '';
      return cell === '' ? [] : hang(name === '' ? '' : `    ${style.faint(plain(name))}: `, cell, 6, width);
    }),
  ]);
}

/** Glued spaces as they are printed; `wrap` does that for what it breaks. */
function plain(text: string): string {
  return wrap(glue(text), Number.POSITIVE_INFINITY).join('');
}

function parseBlocks(markdown: string): readonly Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const block = readBlock(lines, at);
    if (block === null) at += 1;
    else {
      blocks.push(block.block);
      at = block.next;
    }
  }
  return blocks;
}

interface ReadBlock {
  readonly block: Block;
  readonly next: number;
}

function readBlock(lines: readonly string[], at: number): ReadBlock | null {
  const line = lines[at] ?? '';
  if (line.trim() === '' || COMMENT.test(line)) return null;
  const [, marks, heading] = /^(#{1,6}) +(.*)$/.exec(line) ?? [];
  if (marks !== undefined && heading !== undefined) {
    return { block: { kind: 'heading', level: marks.length, text: heading.replaceAll('`', '') }, next: at + 1 };
  }
  if (line.startsWith('```')) {
    const end = lines.indexOf('```', at + 1);
    const next = end < 0 ? lines.length : end;
    return { block: { kind: 'code', lines: lines.slice(at + 1, next) }, next: next + 1 };
  }
  if (line.startsWith('|')) {
    const next = endOf(lines, at, (other) => other.startsWith('|'));
    const rows = lines.slice(at, next).filter((row) => !/^\|[\s:|-]+\|$/.test(row) || /[^\s:|-]/.test(row));
    return { block: { kind: 'table', rows: rows.map(cellsOf) }, next };
  }
  const [, mark, first] = /^\s*([-*]|\d+\.) +(.*)$/.exec(line) ?? [];
  const next = endOf(lines, at + 1, isContinued);
  const more = lines.slice(at + 1, next).map((other) => other.trim());
  if (mark !== undefined && first !== undefined) {
    return { block: { kind: 'item', mark, text: [first, ...more].join(' ') }, next };
  }
  return { block: { kind: 'text', text: [line.trim(), ...more].join(' ') }, next };
}

function endOf(lines: readonly string[], from: number, holds: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && holds(lines[at] ?? '')) at += 1;
  return at;
}

function isContinued(line: string): boolean {
  return line.trim() !== '' && !COMMENT.test(line) && !/^(#|```|\||\s*([-*]|\d+\.) )/.test(line);
}

/** A mark for the tools that write parts of a page. */
const COMMENT = /^<!--.*-->$/;

/** A bar inside of code is written `\|`. */
function cellsOf(row: string): readonly string[] {
  return row
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

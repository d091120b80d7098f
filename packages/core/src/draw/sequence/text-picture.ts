import { type Paint, padEnd, padStart, type Style, safeText, truncate, wrap } from '../../report/index.ts';
import type { PictureRow, PictureSide, PictureTone, SequencePicture } from './picture.ts';

/** Below this width arrows have no room for what they carry. */
const NARROWEST = 72;
const WIDEST = 120;
/** ` 1234.567 `: milliseconds to the microsecond. */
const TIME_COLUMNS = 10;
const LIFELINES = 2;

/**
 * A sequence for the terminal: programs outside, the kernel's two ends as lifelines, segments as arrows between them. What
 * was owed and did not come is dashed. On a narrow terminal a line a row.
 */
export function formatPicture(picture: SequencePicture, style: Style, width: number): readonly string[] {
  if (width < NARROWEST) return picture.rows.map((row) => formatLine(row, style));
  const columns = Math.min(WIDEST, width);
  const program = Math.floor((columns - TIME_COLUMNS - LIFELINES) * 0.29);
  const canvas = new Canvas(program, columns - TIME_COLUMNS - LIFELINES - 2 * program, style);
  return [...canvas.heads(picture), ...picture.rows.flatMap((row) => canvas.draw(row))].map((line) => line.trimEnd());
}

function paintOf(style: Style, tone: PictureTone): Paint {
  return tone === 'plain' ? (text) => text : style[tone];
}

/** Draws rows, and remembers how the lifelines look. */
class Canvas {
  readonly #program: number;
  readonly #middle: number;
  readonly #style: Style;
  readonly #stuck: Record<PictureSide, boolean> = { left: false, right: false };

  constructor(program: number, middle: number, style: Style) {
    this.#program = program;
    this.#middle = middle;
    this.#style = style;
  }

  heads({ left, right }: SequencePicture): readonly string[] {
    const { strong, faint } = this.#style;
    const room = this.#program - 1;
    const [first, last] = [left, right].map(({ program }) => truncate(safeText(program), room));
    const names =
      `${padStart(strong(first ?? ''), room)} ${faint('TCP')}` +
      `${' '.repeat(this.#middle - 4)}${faint('TCP')} ${strong(last ?? '')}`;
    const states = `${padEnd(` ${left.before}`, this.#middle - right.before.length - 1)}${right.before} `;
    return [
      `${padStart(faint('ms'), TIME_COLUMNS - 1)} ${names}`,
      this.#join(null, '', this.#line('left'), faint(states), this.#line('right'), ''),
    ];
  }

  draw(row: PictureRow): readonly string[] {
    if (row.kind === 'gap') return [this.#gap(row.text, row.atMs)];
    const paint = paintOf(this.#style, row.tone);
    if (row.kind === 'arrow') return [this.#arrow(row, paint)];
    if (row.kind === 'call') return this.#call(row, paint);
    this.#stuck[row.side] = row.stuck;
    const text = truncate(safeText(row.text), this.#middle - 2);
    const middle = row.side === 'left' ? padEnd(` ${text}`, this.#middle) : padStart(`${text} `, this.#middle);
    return [this.#join(row.atMs, '', this.#line('left'), paint(middle), this.#line('right'), '')];
  }

  #gap(text: string, atMs: number | null): string {
    const shown = truncate(safeText(text), this.#middle - 6);
    const before = Math.floor((this.#middle - shown.length - 4) / 2);
    const middle = padEnd(`${' '.repeat(Math.max(0, before))}… ${shown} …`, this.#middle);
    return this.#join(atMs, '', this.#line('left'), this.#style.faint(middle), this.#line('right'), '');
  }

  #arrow({ atMs, text, from, owed }: PictureRow & { readonly kind: 'arrow' }, paint: Paint): string {
    const dash = owed ? '╌' : '─';
    const label = ` ${truncate(safeText(text), this.#middle - 8)} `;
    const rest = this.#middle - label.length - 1;
    const before = Math.floor(rest / 2);
    const after = rest - before;
    const middle =
      from === 'left'
        ? `${dash.repeat(before)}${label}${dash.repeat(after)}${owed ? '▷' : '▶'}`
        : `${owed ? '◁' : '◀'}${dash.repeat(after)}${label}${dash.repeat(before)}`;
    const [left, right] = from === 'left' ? ['├', '│'] : ['│', '┤'];
    return this.#join(atMs, '', this.#line('left', left), paint(middle), this.#line('right', right), '');
  }

  #call({ atMs, text, side, owed }: PictureRow & { readonly kind: 'call' }, paint: Paint): readonly string[] {
    const blank = ' '.repeat(this.#middle);
    const lines = wrap(safeText(text), this.#program - 2);
    return lines.map((line, index) => {
      const tick = index > 0 ? undefined : owed ? '┊' : side === 'left' ? '┤' : '├';
      const [left, right] =
        side === 'left' ? [`${padStart(paint(line), this.#program - 1)} `, ''] : ['', ` ${paint(line)}`];
      const at = index === 0 ? atMs : null;
      return this.#join(
        at,
        left,
        this.#line('left', side === 'left' ? tick : undefined),
        blank,
        this.#line('right', side === 'right' ? tick : undefined),
        right,
      );
    });
  }

  #line(side: PictureSide, shape = '│'): string {
    // Heavier, so that it can be followed without colour too.
    const heavy: Readonly<Record<string, string>> = { '│': '┃', '├': '┠', '┤': '┨', '┊': '┋' };
    return this.#stuck[side] ? this.#style.alarm(heavy[shape] ?? shape) : this.#style.faint(shape);
  }

  #join(atMs: number | null, left: string, first: string, middle: string, second: string, right: string): string {
    const time = atMs === null ? '' : atMs.toFixed(3);
    const head = this.#style.faint(padStart(time, TIME_COLUMNS - 1));
    return `${head} ${padEnd(left, this.#program)}${first}${middle}${second}${right}`;
  }
}

const NAME_OF: Readonly<Record<PictureSide, string>> = { left: 'client', right: 'server' };

function formatLine(row: PictureRow, style: Style): string {
  if (row.kind === 'gap') return style.faint(`${' '.repeat(TIME_COLUMNS)}… ${safeText(row.text)} …`);
  const time = style.faint(padStart(row.atMs === null ? '' : row.atMs.toFixed(3), TIME_COLUMNS - 1));
  const text = paintOf(style, row.tone)(safeText(row.text));
  if (row.kind === 'arrow') {
    const [from, to] = row.from === 'left' ? ['client', 'server'] : ['server', 'client'];
    return `${time} ${from} ${row.owed ? '- ->' : '--->'} ${to}: ${text}${row.owed ? ' (owed)' : ''}`;
  }
  const who = NAME_OF[row.side];
  return row.kind === 'state' ? `${time} ${who} is in ${text}` : `${time} ${who} program: ${text}`;
}

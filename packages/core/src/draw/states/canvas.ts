import { BIT_OF, type Direction, type Glyphs } from './glyphs.ts';
import { createInks, type Ink } from './inks.ts';

/** A column and a row, from 0 at the top left. */
export type Point = readonly [x: number, y: number];

interface Cell {
  readonly character: string;
  readonly ink: Ink;
  /** Of a line: the directions in which it goes on; 0 for a letter and for a head. */
  readonly ways: number;
  readonly heavy: boolean;
}

/** How a line ends. */
export interface LineStyle {
  /** Only where nothing else is: it passes below the lines that it crosses. */
  readonly dashed?: boolean;
  /** A head at the first point too. */
  readonly bothHeads?: boolean;
  /** Ends in another line and not in a head. */
  readonly joins?: boolean;
}

/** Cells of a terminal. Nothing is ever covered: a letter on a line, or a line on a letter, is a mistake and throws. */
export class Canvas {
  readonly #rows: Map<number, Cell>[];
  readonly #glyphs: Glyphs;

  constructor(rows: number, glyphs: Glyphs) {
    this.#rows = Array.from({ length: rows }, () => new Map<number, Cell>());
    this.#glyphs = glyphs;
  }

  /** Letters from a point to the right. */
  write([x, y]: Point, text: string, ink: Ink): void {
    for (const [index, character] of [...text].entries()) {
      if (character !== ' ') this.#setFree([x + index, y], { character, ink, ways: 0, heavy: false });
    }
  }

  /** Letters in a level line, which makes room for them and a blank on each side. */
  inlay([x, y]: Point, text: string, ink: Ink): void {
    for (const [index, character] of [...` ${text} `].entries()) {
      const point: Point = [x - 1 + index, y];
      if (this.#at(point)?.ways !== LEVEL) throw new TypeError(`no level line at ${point.join()} for '${text}'`);
      this.#set(point, { character, ink, ways: 0, heavy: false });
    }
  }

  /** Whether a level line runs through a cell. */
  isLevel(point: Point): boolean {
    return this.#at(point)?.ways === LEVEL;
  }

  /** A frame of three rows with a name in its upper side. */
  frame([x, y]: Point, columns: number, name: string, inks: { readonly line: Ink; readonly name: Ink }): void {
    const heavy = inks.line === 'alarm';
    const [right, bottom] = [x + columns - 1, y + 2];
    const side = (point: Point, ...directions: readonly Direction[]): void => {
      this.#setFree(point, this.#lineCell(waysOf(directions), inks.line, heavy));
    };
    side([x, y], 'right', 'down');
    side([right, y], 'left', 'down');
    side([x, y + 1], 'up', 'down');
    side([right, y + 1], 'up', 'down');
    side([x, bottom], 'up', 'right');
    side([right, bottom], 'up', 'left');
    const nameStart = x + Math.floor((columns - name.length) / 2);
    this.write([nameStart, y], name, inks.name);
    for (let column = x + 1; column < right; column += 1) {
      side([column, bottom], 'left', 'right');
      const named = column >= nameStart - 1 && column <= nameStart + name.length;
      if (!named) side([column, y], 'left', 'right');
    }
  }

  /** A line through the corners `points`. The first one is a cell of a frame, the last one is where the head stands. */
  line(points: readonly Point[], ink: Ink, { dashed = false, bothHeads = false, joins = false }: LineStyle = {}): void {
    const path = walk(points);
    for (const [index, point] of path.entries()) {
      const [back, on] = [directionTo(point, path[index - 1]), directionTo(point, path[index + 1])];
      const ways = waysOf([back, on]);
      if (back === undefined && on !== undefined) {
        if (bothHeads) this.#setFree(point, this.#headCell(OPPOSITE[on], ink));
        else this.#leave(point, on);
      } else if (on === undefined && back !== undefined) {
        if (joins) this.#join(point, back);
        else this.#setFree(point, this.#headCell(OPPOSITE[back], ink));
      } else if (!dashed) {
        this.#setFree(point, this.#lineCell(ways, ink, false));
      } else if (!this.#isCrossed(point, ways)) {
        this.#setFree(point, { ...this.#lineCell(ways, ink, false), ...this.#dash(ways) });
      }
    }
  }

  /** The rows, without blanks at their ends. */
  toLines(colour: boolean): readonly string[] {
    const inks = createInks(colour);
    return this.#rows.map((row) => {
      let line = '';
      let run = '';
      let runInk: Ink = 'plain';
      const end = Math.max(-1, ...row.keys());
      for (let x = 0; x <= end; x += 1) {
        const { character, ink } = row.get(x) ?? BLANK;
        // Blanks have no colour of their own: they go with what stands before them.
        if (ink !== runInk && character !== ' ') {
          line += inks[runInk](run);
          [run, runInk] = ['', ink];
        }
        run += character;
      }
      return line + inks[runInk](run);
    });
  }

  /** A line begins at a frame. */
  #leave(point: Point, on: Direction): void {
    const side = this.#at(point);
    if (side === undefined || side.ways === 0) throw new TypeError(`no frame at ${point.join()}`);
    const ways = side.ways | BIT_OF[on];
    const character = side.heavy ? this.#glyphs.leaves[on] : this.#glyphs.light[ways];
    this.#set(point, { ...side, ways, character: character ?? '?' });
  }

  /** A line ends in another one. */
  #join(point: Point, back: Direction): void {
    const line = this.#at(point);
    if (line === undefined || line.ways === 0) throw new TypeError(`no line at ${point.join()}`);
    this.#set(point, this.#lineCell(line.ways | BIT_OF[back], line.ink, line.heavy));
  }

  #isCrossed(point: Point, ways: number): boolean {
    const there = this.#at(point);
    return there !== undefined && STRAIGHT.includes(there.ways) && STRAIGHT.includes(ways) && there.ways !== ways;
  }

  #dash(ways: number): Partial<Cell> {
    if (ways === LEVEL) return { character: this.#glyphs.dashes.across };
    return ways === UPRIGHT ? { character: this.#glyphs.dashes.down } : {};
  }

  #lineCell(ways: number, ink: Ink, heavy: boolean): Cell {
    return { character: (heavy ? this.#glyphs.heavy : this.#glyphs.light)[ways] ?? '?', ink, ways, heavy };
  }

  #headCell(direction: Direction, ink: Ink): Cell {
    return { character: this.#glyphs.heads[direction], ink, ways: 0, heavy: false };
  }

  #at([x, y]: Point): Cell | undefined {
    return this.#rows[y]?.get(x);
  }

  #setFree(point: Point, cell: Cell): void {
    const there = this.#at(point);
    if (there !== undefined) throw new TypeError(`'${cell.character}' covers '${there.character}' at ${point.join()}`);
    this.#set(point, cell);
  }

  #set([x, y]: Point, cell: Cell): void {
    const row = this.#rows[y];
    if (row === undefined || x < 0) throw new TypeError(`${x},${y} is outside of the drawing`);
    row.set(x, cell);
  }
}

const BLANK: Cell = { character: ' ', ink: 'plain', ways: 0, heavy: false };
const LEVEL = BIT_OF.left | BIT_OF.right;
const UPRIGHT = BIT_OF.up | BIT_OF.down;
const STRAIGHT: readonly number[] = [LEVEL, UPRIGHT];
const OPPOSITE = { up: 'down', down: 'up', left: 'right', right: 'left' } as const satisfies Record<
  Direction,
  Direction
>;

function waysOf(directions: readonly (Direction | undefined)[]): number {
  return directions.reduce((ways, direction) => ways | (direction === undefined ? 0 : BIT_OF[direction]), 0);
}

/** Every cell from the first corner to the last. */
function walk(corners: readonly Point[]): readonly Point[] {
  const [first] = corners;
  if (first === undefined) return [];
  const path: Point[] = [first];
  let [x, y] = first;
  for (const [toX, toY] of corners.slice(1)) {
    if (x !== toX && y !== toY) throw new TypeError(`a line goes askew to ${toX},${toY}`);
    while (x !== toX || y !== toY) {
      [x, y] = [x + Math.sign(toX - x), y + Math.sign(toY - y)];
      path.push([x, y]);
    }
  }
  return path;
}

function directionTo([x, y]: Point, neighbour: Point | undefined): Direction | undefined {
  if (neighbour === undefined) return undefined;
  if (neighbour[0] !== x) return neighbour[0] > x ? 'right' : 'left';
  return neighbour[1] > y ? 'down' : 'up';
}

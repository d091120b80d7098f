/** The characters of a picture, for terminals that draw lines and for those that have ASCII alone. */
export interface Glyphs {
  /** Indexed by the directions that a line leaves its cell in: 1 up, 2 right, 4 down, 8 left. */
  readonly light: readonly string[];
  readonly heavy: readonly string[];
  /** A heavy border that a light line leaves, by the direction in which it does. */
  readonly leaves: Readonly<Record<Direction, string>>;
  readonly dashes: { readonly across: string; readonly down: string };
  readonly heads: Readonly<Record<Direction, string>>;
  /** In texts, beside a label whose line has a head at each end. */
  readonly marks: Readonly<Record<Direction, string>>;
}

export type Direction = 'up' | 'right' | 'down' | 'left';

/** A line's directions as bits, which index {@link Glyphs}. */
export const BIT_OF: Readonly<Record<Direction, number>> = { up: 1, right: 2, down: 4, left: 8 };

const UNICODE: Glyphs = {
  light: Array.from(' │─╰││╭├─╯─┴╮┤┬┼'),
  heavy: Array.from(' ┃━┗┃┃┏┣━┛━┻┓┫┳╋'),
  leaves: { up: '┷', right: '┠', down: '┯', left: '┨' },
  dashes: { across: '┄', down: '┆' },
  heads: { up: '▲', right: '▶', down: '▼', left: '◀' },
  marks: { up: '▴', right: '▸', down: '▾', left: '◂' },
};

const ASCII: Glyphs = {
  light: Array.from(' |-+||++-+-+++++'),
  heavy: Array.from(' #=#####=#=#####'),
  leaves: { up: '#', right: '#', down: '#', left: '#' },
  dashes: { across: '.', down: ':' },
  heads: { up: '^', right: '>', down: 'v', left: '<' },
  marks: { up: '^', right: '>', down: 'v', left: '<' },
};

/** The characters to draw with. */
export function chooseGlyphs(unicode: boolean): Glyphs {
  return unicode ? UNICODE : ASCII;
}

import { createStyle, type Paint, type Style } from '@closewait/core/report';

/** The report's painters, and one for what the cursor is on. */
export interface Palette extends Style {
  /** Takes an unpainted text. */
  readonly selected: Paint;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  readonly colour: boolean;
}

/** SGR 7 of ECMA-48 8.3.117: the theme's own colours, exchanged. */
const INVERSE = '\u001b[7m';
const RESET = '\u001b[0m';

/** The painters for a terminal; without colour the cursor is its sign at the left and nothing else. */
export function createPalette({ colour, unicode }: Pick<Palette, 'colour' | 'unicode'>): Palette {
  const selected: Paint = colour ? (text) => `${INVERSE}${text}${RESET}` : (text) => text;
  return { ...createStyle(colour), selected, unicode, colour };
}

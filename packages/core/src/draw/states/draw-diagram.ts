import type { StateCounts } from '../../facts/index.ts';
import { closingRole, type TcpState } from '../../tcp/index.ts';
import { Canvas } from './canvas.ts';
import {
  CAPTIONS,
  DIAGRAM_ROWS,
  END,
  PLACED_ARROWS,
  PLACED_STATES,
  type PlacedArrow,
  type PlacedState,
} from './diagram-layout.ts';
import { fitCount } from './fit-count.ts';
import { chooseGlyphs, type Glyphs } from './glyphs.ts';
import type { Ink } from './inks.ts';
import { stateArrows } from './state-arrows.ts';

/** How a picture is drawn on a terminal. */
export interface DiagramOptions {
  readonly colour: boolean;
  /** Whether the terminal has more than ASCII. */
  readonly unicode: boolean;
  /** The look before, to mark what changed; null: there was none. */
  readonly before: StateCounts | null;
}

/** RFC 9293 figure 5 with a count in every state: 22 rows of at most 80 columns. */
export function drawDiagram(counts: StateCounts, { colour, unicode, before }: DiagramOptions): readonly string[] {
  const glyphs = chooseGlyphs(unicode);
  const canvas = new Canvas(DIAGRAM_ROWS, glyphs);
  for (const place of PLACED_STATES) drawState(canvas, place, counts, before);
  canvas.write([END.at[0] + 1, END.at[1]], END.state, 'strong');
  for (const { at, text, side } of CAPTIONS) canvas.write(at, text, `${side}-strong`);
  // Dashed ones last: they pass below.
  const solidFirst = PLACED_ARROWS.toSorted((a, b) => Number(isDashed(a)) - Number(isDashed(b)));
  for (const arrow of solidFirst) drawArrow(canvas, arrow, glyphs);
  return canvas.toLines(colour);
}

function drawState(
  canvas: Canvas,
  { state, at: [x, y], columns }: PlacedState,
  counts: StateCounts,
  before: StateCounts | null,
): void {
  const side = sideOf(state);
  const stands = state === 'CLOSE-WAIT';
  canvas.frame([x, y], columns, state, {
    line: stands ? 'alarm' : (side ?? 'plain'),
    name: stands ? 'alarm' : side === null ? 'strong' : `${side}-strong`,
  });
  if (state === 'CLOSED') return;
  const count = counts[state];
  const change = before === null ? 0 : count - before[state];
  const [text, changed] = fitCount(count, change, columns - 4);
  canvas.write([x + 2, y + 1], text, count === 0 ? 'faint' : stands ? 'alarm' : 'strong');
  canvas.write([x + columns - 2 - changed.length, y + 1], changed, stands && change > 0 ? 'alarm' : 'plain');
}

function drawArrow(canvas: Canvas, arrow: PlacedArrow, glyphs: Glyphs): void {
  const ink = inkOf(arrow);
  if (arrow.line !== null) {
    canvas.line(arrow.line, ink, {
      dashed: isDashed(arrow),
      bothHeads: arrow.shares === 'both-heads',
      joins: arrow.shares === 'joins',
    });
  }
  if (arrow.label === null) return;
  const {
    at: [x, y],
    lines,
    mark,
  } = arrow.label;
  for (const [row, line] of lines.entries()) {
    if (line === '') continue;
    const text =
      mark === undefined
        ? line
        : mark === 'right' || mark === 'down'
          ? `${line} ${glyphs.marks[mark]}`
          : `${glyphs.marks[mark]} ${line}`;
    if (canvas.isLevel([x, y + row])) canvas.inlay([x, y + row], text, ink);
    else canvas.write([x, y + row], text, ink);
  }
}

function sideOf(state: TcpState): 'active' | 'passive' | null {
  const role = closingRole(state);
  return role === 'neither' ? null : role === 'passive' ? 'passive' : 'active';
}

/** An arrow has the colour of the side that it belongs to: of the state that it leads to, or that it leaves at the end. */
function inkOf({ from, to }: PlacedArrow): Ink {
  return sideOf(to) ?? sideOf(from) ?? 'plain';
}

function isDashed({ from, to }: PlacedArrow): boolean {
  return stateArrows().some((arrow) => arrow.from === from && arrow.to === to && !arrow.inFigure);
}

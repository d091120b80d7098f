import { clip } from '../model/cells.ts';
import { bodyRows, HEAD_ROWS } from '../model/layout.ts';
import type { TopState } from '../model/state.ts';
import { type Act, drawClose } from './close-view.ts';
import { drawHead } from './head-view.ts';
import { drawHelp } from './help-view.ts';
import { drawKeys } from './keys-view.ts';
import { drawList } from './list-view.ts';
import type { Palette } from './palette.ts';
import { drawProcess } from './process-view.ts';
import { toAscii } from './to-ascii.ts';

/** Exactly as many lines as the terminal has rows, none longer than it has columns. */
export function drawScreen(state: TopState, palette: Palette, act?: Act): readonly string[] {
  const rows = bodyRows(state.size);
  const body = drawBody(state, palette, act).slice(0, rows);
  const lines = [
    ...drawHead(state, palette),
    ...body,
    ...Array.from({ length: rows - body.length }, () => ''),
    drawKeys(state, palette),
  ];
  const fitting =
    lines.length > state.size.rows ? lines.slice(lines.length - Math.max(1, state.size.rows - HEAD_ROWS)) : lines;
  // Words that cannot be broken may be longer than a small terminal is wide.
  return fitting.map((line) => clip(palette.unicode ? line : toAscii(line), state.size.columns));
}

function drawBody(state: TopState, palette: Palette, act: Act | undefined): readonly string[] {
  const { screen } = state;
  if (state.hasHelp) return drawHelp(state, palette);
  if (screen.is === 'process') return drawProcess(state, screen, palette);
  return screen.is === 'close' ? drawClose(state, screen, palette, act) : drawList(state, palette);
}

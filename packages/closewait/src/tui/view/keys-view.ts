import { cellsOf, cut } from '../model/cells.ts';
import type { TopState } from '../model/state.ts';
import type { Palette } from './palette.ts';

/** A key and what it does; the first ones are shown where not all fit. */
type KeyHint = readonly [key: string, does: string];

const LIST: readonly KeyHint[] = [
  ['Enter', 'open'],
  ['/', 'filter'],
  ['s', 'sort'],
  ['c', 'close'],
  ['?', 'help'],
  ['q', 'quit'],
  ['r', 'reverse'],
  ['p', 'pause'],
  ['+-', 'interval'],
];
const WHY: readonly KeyHint[] = [
  ['Esc', 'back'],
  ['Tab', 'connections'],
  ['↑↓', 'scroll'],
  ['c', 'close'],
  ['?', 'help'],
];
const CONNECTIONS: readonly KeyHint[] = [
  ['Esc', 'back'],
  ['Tab', 'why'],
  ['s', 'sort'],
  ['r', 'reverse'],
  ['c', 'close'],
  ['?', 'help'],
];
const CLOSE: readonly KeyHint[] = [
  ['Esc', 'back'],
  ['↑↓', 'choose'],
  ['Tab', 'connections'],
  ['?', 'help'],
];
const HELP: readonly KeyHint[] = [['Esc', 'back']];

/** The last line: the keys that mean something now, or the filter while it is typed. */
export function drawKeys(state: TopState, palette: Palette): string {
  if (state.isTyping) return drawFilter(state, palette);
  const { columns } = state.size;
  let line = '';
  let used = 0;
  for (const [key, does] of hintsOf(state)) {
    const gap = line === '' ? 0 : 2;
    const size = gap + cellsOf(key) + 1 + does.length;
    if (used + size > columns) break;
    used += size;
    line += `${' '.repeat(gap)}${palette.command(key)} ${does}`;
  }
  return line;
}

function hintsOf({ hasHelp, screen }: TopState): readonly KeyHint[] {
  if (hasHelp) return HELP;
  if (screen.is === 'list') return LIST;
  if (screen.is === 'close') return CLOSE;
  return screen.tab === 'why' ? WHY : CONNECTIONS;
}

function drawFilter({ filter, visible, look, size }: TopState, palette: Palette): string {
  const count = `${visible.length} of ${look?.rows.length ?? 0}`;
  const said = filter.problem ?? count;
  // The end of what is typed stays in sight.
  const room = Math.max(4, size.columns - 4);
  const typed = cellsOf(filter.text) <= room ? filter.text : `…${filter.text.slice(-(room - 1))}`;
  const rest = cut(said, Math.max(0, size.columns - cellsOf(typed) - 5));
  const paint = filter.problem === null ? palette.faint : palette.warn;
  return `${palette.command('/')}${typed}${palette.selected(palette.colour ? ' ' : '_')}  ${paint(rest)}`;
}

import { hang } from '@closewait/core/report';
import { cut } from '../model/cells.ts';
import { SORT_KEYS } from '../model/sort-rows.ts';
import type { TopState } from '../model/state.ts';
import type { Palette } from './palette.ts';

type Line = readonly [key: string, says: string];

const KEYS: readonly Line[] = [
  ['↑ ↓ PgUp PgDn', 'move; Home and End; j k g G too'],
  ['Enter', 'open: evidence and remedies; Tab: its connections'],
  ['c', 'how to end them, and exactly which would end: a dry run'],
  ['/', 'filter: text, pid:17, :8000, unit:…, container:…, cause:…; Esc clears'],
  ['s', `next sort key; 1 to ${SORT_KEYS.length}: ${SORT_KEYS.join(', ')}`],
  ['r', 'reverse the order'],
  ['p', 'pause and go on'],
  ['+ -', 'look less and more often'],
  ['q, Ctrl-C', 'quit; on the other screens q and Esc go back'],
];

const COLUMNS: readonly Line[] = [
  ['STUCK', 'connections in CLOSE-WAIT, and sockets closed but still held'],
  ['TREND', 'STUCK over the last looks'],
  ['/MIN', 'more a minute, from the ages, else from the last looks'],
  ['OLDEST', 'since the FIN of the peer; ≥ where it may be older'],
  ['VERDICT', 'the cause; ~ likely, ? possible, without a sign certain'],
  ['FDS', 'descriptors open of the soft limit'],
  ['FULL IN', 'until none is left, if all goes on as it does'],
];

const LABEL_COLUMNS = 16;
const NARROW_LABEL_COLUMNS = 10;

/** Keys, and how to read the list. */
export function drawHelp({ size, sorting }: TopState, palette: Palette): readonly string[] {
  const isNarrow = size.columns < 70;
  const at = isNarrow ? NARROW_LABEL_COLUMNS : LABEL_COLUMNS;
  const draw = ([key, says]: Line): readonly string[] =>
    hang(`  ${palette.command(cut(key, at - 3))}`, says, at, size.columns);
  const order = `sorted by ${sorting.by}${sorting.reversed ? ', reversed' : ''}`;
  return [
    `  ${palette.strong('Keys')}  ${order}`,
    ...KEYS.flatMap(draw),
    '',
    `  ${palette.strong('Columns')}`,
    ...COLUMNS.flatMap(draw),
  ];
}

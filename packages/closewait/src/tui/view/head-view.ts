import { formatCount, formatCountOf } from '@closewait/core/report';
import { cellsOf, cut } from '../model/cells.ts';
import { shortDuration } from '../model/short-quantities.ts';
import type { TopState } from '../model/state.ts';
import type { Cell } from './columns.ts';
import type { Palette } from './palette.ts';

/** The two lines of the head: where and when; what was found, and what went wrong. */
export function drawHead(state: TopState, palette: Palette): readonly string[] {
  const { columns } = state.size;
  return [
    joinEnds(
      [{ text: 'closewait top', paint: palette.strong }, ...(state.look === null ? [] : [{ text: state.look.host }])],
      describeTime(state, palette),
      columns,
    ),
    joinEnds(
      [...describeCounts(state, palette), ...describeTrouble(state, palette)],
      describeFilter(state, palette),
      columns,
    ),
  ];
}

function describeTime(state: TopState, palette: Palette): readonly Cell[] {
  const { look, recording, isPaused, intervalMs, nowMs } = state;
  if (recording !== null) {
    const taken = look === null ? '' : `, ${new Date(look.takenAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    return [{ text: `${recording}${taken}, frozen`, paint: palette.warn }];
  }
  const clock = { text: `${new Date(nowMs).toISOString().slice(11, 19)} UTC` };
  const took = look === null ? [] : [{ text: `look ${shortDuration(look.tookMs)}`, paint: palette.faint }];
  if (isPaused) {
    const age = look === null ? '' : `, seen ${shortDuration(nowMs - look.takenAtMs)} ago`;
    return [clock, { text: `paused${age}`, paint: palette.warn }];
  }
  return [clock, { text: `every ${shortInterval(intervalMs)}`, paint: palette.faint }, ...took];
}

function shortInterval(ms: number): string {
  return ms < 1000 ? `${ms}ms` : ms < 60_000 ? `${ms / 1000}s` : `${ms / 60_000}m`;
}

function describeCounts({ look, visible }: TopState, palette: Palette): readonly Cell[] {
  if (look === null) return [];
  const closed = look.rows.reduce((sum, row) => sum + row.closed, 0);
  const stuck = look.rows.reduce((sum, row) => sum + row.stuck, 0) - closed;
  const sockets = look.sockets === null ? '' : ` of ${formatCountOf(look.sockets, 'TCP socket')}`;
  const processes = look.rows.filter(({ pid }) => pid !== null).length;
  return [
    { text: `${formatCount(stuck)} stuck${sockets}`, paint: stuck === 0 ? palette.good : palette.strong },
    // These are in no list of connections any more.
    ...(closed === 0 ? [] : [{ text: `${formatCount(closed)} closed but held` }]),
    ...(visible.length === 0 && look.rows.length === 0
      ? []
      : [{ text: formatCountOf(processes, 'process', 'processes') }]),
  ];
}

/** A look that did not succeed is more urgent than what one could not see. */
function describeTrouble({ failure, look, nowMs }: TopState, palette: Palette): readonly Cell[] {
  if (failure !== null) {
    const age = look === null ? '' : `seen ${shortDuration(nowMs - look.takenAtMs)} ago: `;
    return [{ text: `${age}${failure.message}`, paint: palette.alarm }];
  }
  const [first, ...others] = look?.unseen ?? [];
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [{ text: `not seen${more}: ${first}`, paint: palette.warn }];
}

function describeFilter({ filter, look, visible, isTyping }: TopState, palette: Palette): readonly Cell[] {
  if (filter.text === '' || isTyping) return [];
  return [{ text: `/${filter.text} ${visible.length} of ${look?.rows.length ?? 0}`, paint: palette.command }];
}

/**
 * Cells from the left and cells to the right end, three columns apart. What does not fit is cut on the left and left out
 * on the right, from its end.
 */
export function joinEnds(left: readonly Cell[], right: readonly Cell[], columns: number): string {
  const kept = [...right];
  const needed = (): number =>
    widthOf(kept) + (kept.length === 0 ? 0 : 3) + (left[0] === undefined ? 0 : cellsOf(left[0].text));
  while (kept.length > 1 && needed() > columns) kept.pop();
  if (kept.length === 1 && needed() > columns) kept.pop();
  let room = columns - (kept.length === 0 ? 0 : widthOf(kept) + 3);
  const shown: string[] = [];
  for (const { text, paint } of left) {
    const gap = shown.length === 0 ? 0 : 3;
    if (room - gap < Math.min(8, cellsOf(text))) break;
    const part = cut(text, room - gap);
    shown.push(`${' '.repeat(gap)}${paint === undefined ? part : paint(part)}`);
    room -= gap + cellsOf(part);
  }
  if (kept.length === 0) return shown.join('');
  return `${shown.join('')}${' '.repeat(Math.max(0, room) + 3)}${kept.map(({ text, paint }) => (paint === undefined ? text : paint(text))).join('   ')}`;
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { text }) => sum + cellsOf(text) + 3, -3);
}

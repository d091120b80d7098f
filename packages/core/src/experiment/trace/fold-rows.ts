import type { PictureRow } from '../../draw/index.ts';
import { formatBytes, formatCount, formatDuration } from '../../report/index.ts';
import type { TimedRow } from './timed-row.ts';

/** Nothing for so long is a row of its own. */
const GAP_MS = 10;
/** Rows that repeat in a cycle of at most so many. */
const LONGEST_CYCLE = 6;
/** How often something is shown before the rest is counted. */
const SHOWN_TIMES = 1;
const FOLDED_TIMES = 3;
/** A run of so many segments is one arrow. */
const LONG_RUN = 4;
/** Of a longer picture the middle is left out. */
const MOST_ROWS = 60;
const LAST_ROWS = 16;

/** The rows with what repeats counted, and with gaps where nothing happened. `all`: only the gaps. */
export function foldRows(rows: readonly TimedRow[], endedMs: number, all: boolean): readonly PictureRow[] {
  const folded = all ? rows : foldCycles(foldRuns(rows));
  const spaced: PictureRow[] = [];
  let before: number | null = null;
  for (const row of folded) {
    const atMs = row.kind === 'gap' ? null : row.atMs;
    if (before !== null && atMs !== null && atMs - before >= GAP_MS) spaced.push(gapOf(atMs - before));
    before = untilOf(row) ?? atMs ?? before;
    spaced.push(row);
  }
  if (before !== null && endedMs - before >= GAP_MS) spaced.push(gapOf(endedMs - before));
  if (all || spaced.length <= MOST_ROWS) return spaced;
  const first = MOST_ROWS - LAST_ROWS;
  const left = spaced.length - MOST_ROWS;
  return [
    ...spaced.slice(0, first),
    { kind: 'gap', atMs: null, text: `${formatCount(left)} more rows, see --all` },
    ...spaced.slice(-LAST_ROWS),
  ];
}

function gapOf(ms: number): PictureRow {
  return { kind: 'gap', atMs: null, text: formatDuration(ms) };
}

/** A folded row lasts. */
interface LastingRow {
  readonly untilMs?: number;
}

function untilOf(row: PictureRow & LastingRow): number | undefined {
  return row.untilMs;
}

/** Data in one direction and what acknowledges it, many times: one arrow for the data and one for the last answer. */
function foldRuns(rows: readonly TimedRow[]): readonly TimedRow[] {
  const folded: TimedRow[] = [];
  let at = 0;
  while (at < rows.length) {
    const run = runFrom(rows, at);
    const data = run.filter(({ bytes }) => bytes > 0);
    const [first] = data;
    const last = run.at(-1);
    if (data.length < LONG_RUN || first === undefined || last === undefined) {
      const [row] = rows.slice(at, at + 1);
      if (row !== undefined) folded.push(row);
      at += 1;
      continue;
    }
    const bytes = data.reduce((sum, row) => sum + row.bytes, 0);
    const text = `${formatCount(data.length)} segments, ${formatBytes(bytes)}`;
    const row: TimedRow & LastingRow = { ...first, text, bytes, alike: `${first.alike} run`, untilMs: last.atMs };
    folded.push(row);
    if (last.bytes === 0) folded.push(last);
    at += run.length;
  }
  return folded;
}

function runFrom(rows: readonly TimedRow[], start: number): readonly TimedRow[] {
  const first = rows[start];
  if (first?.kind !== 'arrow' || first.bytes === 0) return [];
  const isPart = (row: TimedRow): boolean =>
    row.kind === 'arrow' && row.tone === 'plain' && (row.from === first.from ? row.bytes > 0 : row.bytes === 0);
  const end = rows.findIndex((row, index) => index >= start && !isPart(row));
  return rows.slice(start, end === -1 ? rows.length : end);
}

/** What repeats itself, row by row: once, and then how often more. */
function foldCycles(rows: readonly TimedRow[]): readonly PictureRow[] {
  const folded: PictureRow[] = [];
  let at = 0;
  while (at < rows.length) {
    const { length, times } = cycleFrom(rows, at);
    const shown = times >= FOLDED_TIMES ? length * SHOWN_TIMES : 1;
    folded.push(...rows.slice(at, at + shown));
    if (times < FOLDED_TIMES) {
      at += 1;
      continue;
    }
    at += length * times;
    const untilMs = rows[at - 1]?.atMs ?? 0;
    const text = `${formatCount(times - SHOWN_TIMES)} times more`;
    const gap: PictureRow & LastingRow = { kind: 'gap', atMs: untilMs, text, untilMs };
    folded.push(gap);
  }
  return folded;
}

/** The shortest cycle that begins here and comes often enough, else a cycle of one. */
function cycleFrom(rows: readonly TimedRow[], start: number): { readonly length: number; readonly times: number } {
  for (let length = 1; length <= LONGEST_CYCLE; length += 1) {
    let times = 1;
    while (isSame(rows, start, start + times * length, length)) times += 1;
    if (times >= FOLDED_TIMES) return { length, times };
  }
  return { length: 1, times: 1 };
}

function isSame(rows: readonly TimedRow[], a: number, b: number, length: number): boolean {
  if (b + length > rows.length) return false;
  return Array.from({ length }, (_, index) => index).every(
    (index) => keyOf(rows[a + index]) === keyOf(rows[b + index]),
  );
}

function keyOf(row: TimedRow | undefined): string {
  return row === undefined ? '' : `${row.kind} ${row.alike}`;
}

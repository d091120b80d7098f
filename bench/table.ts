import { TOOL } from './names.ts';
import type { Runs, Series } from './results-schema.ts';
import { isUnsteady } from './statistics.ts';

const HEAD = ['', 'wall ms', 'min-max', 'of ss', 'of lsof', 'CPU ms', 'peak MB', 'runs'];

/** What a scene is, in a line. */
export function titleOf({
  sockets,
  processes,
  descriptors,
}: Pick<Series, 'sockets' | 'processes' | 'descriptors'>): string {
  const held = sockets === 0 ? 'nothing in CLOSE-WAIT' : `${count(sockets)} in CLOSE-WAIT, ${processes} processes`;
  return descriptors === 0 ? held : `${held}, ${count(descriptors)} other descriptors`;
}

/** A table of one scene. The ratios are of medians; `~` stands behind rounds that lie too far apart to say much. */
export function table(series: Series): string {
  const wallOf = (tool: string): number => {
    return series.runs.find((runs) => runs.tool === tool)?.median?.wallMs ?? Number.NaN;
  };
  const rows = series.runs.map((runs) => row(runs, wallOf(TOOL.ss), wallOf(TOOL.lsof)));
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  const repeated =
    series.repeated === 0
      ? []
      : [`The machine was unsteady: ${series.repeated} more ${series.repeated === 1 ? 'round' : 'rounds'}.`];
  const problems = series.runs.flatMap(({ tool, problem }) => (problem === undefined ? [] : [`${tool}: ${problem}`]));
  const notes = [...repeated, ...problems];
  return [titleOf(series), ...text.map((line) => line.join('  ').trimEnd()), ...notes, ''].join('\n');
}

function row({ tool, median, costs, overLimitMs }: Runs, ss: number, lsof: number): readonly string[] {
  if (median === null) return [tool, overLimitMs === undefined ? 'failed' : `> ${count(overLimitMs / 1000)} s`];
  const walls = costs.map(({ wallMs }) => wallMs);
  const ratio = (to: number): string => (Number.isNaN(to) ? '' : (median.wallMs / to).toFixed(3));
  return [
    tool,
    milliseconds(median.wallMs),
    `${isUnsteady(walls) ? '~ ' : ''}${milliseconds(Math.min(...walls))}-${milliseconds(Math.max(...walls))}`,
    ratio(ss),
    ratio(lsof),
    milliseconds(median.cpuMs),
    count(Math.round(median.peakMemoryMb)),
    String(costs.length),
  ];
}

function milliseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : count(Math.round(value));
}

function count(value: number): string {
  return value.toLocaleString('en');
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { run } from '../test/support/run.ts';
import { type Cost, median } from './measure.ts';
import { REFERENCE } from './tools.ts';

/** The runs of one tool in one scene. */
export interface Runs {
  readonly tool: string;
  readonly costs: readonly Cost[];
}

/** All runs with the same number of sockets. */
export interface Series {
  readonly sockets: number;
  readonly processes: number;
  readonly runs: readonly Runs[];
}

/** The median of each cost. */
function medianCost(costs: readonly Cost[]): Cost {
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    peakMemoryMb: median(costs.map(({ peakMemoryMb }) => peakMemoryMb)),
  };
}

/** A table of one series; the ratio is the wall time relative to `ss`, with the spread of its rounds behind it. */
export function table({ sockets, processes, runs }: Series): string {
  const reference = medianCost(runs.find(({ tool }) => tool === REFERENCE)?.costs ?? []).wallMs;
  const rows = runs.map(({ tool, costs }) => {
    const { wallMs, cpuMs, peakMemoryMb } = medianCost(costs);
    const walls = costs.map((cost) => cost.wallMs);
    return [
      tool,
      wallMs.toFixed(0),
      `${Math.min(...walls).toFixed(0)}-${Math.max(...walls).toFixed(0)}`,
      (wallMs / reference).toFixed(3),
      cpuMs.toFixed(0),
      peakMemoryMb.toFixed(0),
    ];
  });
  const lines = [['', 'wall ms', 'min-max', 'of ss', 'CPU ms', 'peak MB'], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  const title = `${sockets.toLocaleString('en')} connections in CLOSE-WAIT, ${processes} processes`;
  return [title, ...text.map((line) => line.join('  ').trimEnd()), ''].join('\n');
}

/** Writes the series to bench/results and returns the file's path. Names neither the machine nor a path on it. */
export async function writeResults(takenAt: Date, others: number, series: readonly Series[]): Promise<string> {
  const kernel = release().split('.').slice(0, 2).join('.');
  const machine = `linux-${kernel}-${process.arch}-${availableParallelism()}cpu`;
  const document = {
    takenAt: takenAt.toISOString(),
    machine,
    closeWaitOfOthers: others,
    versions: {
      node: process.version,
      ss: (await run(['ss', '-V'])).stdout.trim(),
      lsof: /revision: (\S+)/.exec((await run(['lsof', '-v'])).stderr)?.[1] ?? null,
      lsfd: (await run(['lsfd', '-V'])).stdout.trim(),
    },
    series: series.map(({ runs, ...scene }) => ({
      ...scene,
      runs: runs.map(({ tool, costs }) => ({ tool, median: medianCost(costs), costs })),
    })),
  };
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${takenAt.toISOString().slice(0, 10)}-${machine}.json`;
  writeFileSync(path, `${JSON.stringify(document, null, 1)}\n`);
  return path;
}

import { FEW, MANY, MANY_DESCRIPTORS, MILLION, TOOL } from './names.ts';
import type { BenchResults, Runs, Series } from './results-schema.ts';
import type { WatchResults } from './watch-schema.ts';

/** Made up: milliseconds that each tool takes for nothing, and for each thousand of connections. */
const PACE: Readonly<Record<string, readonly [number, number]>> = {
  [TOOL.ss]: [8, 17],
  [TOOL.lsof]: [30, 12],
  [TOOL.lsfd]: [22, 14],
  [TOOL.netstat]: [15, 26],
  [TOOL.runtime]: [24, 0],
  [TOOL.version]: [35, 0],
  [TOOL.list]: [50, 1.1],
  [TOOL.quick]: [60, 0.6],
  [TOOL.report]: [60, 1.4],
  [TOOL.listProc]: [50, 2.4],
  [TOOL.quickProc]: [60, 2.1],
  [TOOL.listWarm]: [3, 0.8],
  [TOOL.quickWarm]: [4, 0.4],
};

/** A whole run with made-up figures, all budgets kept; netstat never comes to an end with 300,000 connections. */
export function sampleResults(): BenchResults {
  return {
    schema: 'closewait/bench/v1',
    takenAt: '2026-01-02T03:04:05.000Z',
    machine: 'linux-6.18-x64-2cpu',
    closeWaitOfOthers: 0,
    versions: { node: 'v24.21.0', ss: '6.1.0', lsof: '4.95.0', lsfd: '2.38.1', netstat: null },
    missing: [],
    series: [
      ...[0, FEW, 10_000, MANY / 2, MANY, MANY * 2, 300_000].map((sockets) => sampleSeries(sockets, 0)),
      ...[MILLION, MANY_DESCRIPTORS].flatMap((descriptors) => [0, FEW].map((n) => sampleSeries(n, descriptors))),
    ],
  };
}

function sampleSeries(sockets: number, descriptors: number): Series {
  const runs = Object.entries(PACE).map(([tool, [start, perThousand]]): Runs => {
    if (tool === TOOL.netstat && sockets === 300_000) return { tool, median: null, costs: [], overLimitMs: 60_000 };
    const wallMs = start + (perThousand * sockets) / 1000 + descriptors / 5000;
    const cost = { wallMs, cpuMs: wallMs, peakMemoryMb: 50 + sockets / 1000 };
    return { tool, median: cost, costs: [cost] };
  });
  return { sockets, processes: 5, descriptors, rounds: 1, repeated: 0, runs };
}

/** Made up: nothing is lost at a low rate, and too much at the highest. */
export function sampleWatchResults(): WatchResults {
  const common = { peakMemoryMb: 90 };
  return {
    takenAt: '2026-01-02T03:04:05.000Z',
    machine: 'linux-6.18-x64-2cpu',
    series: [
      {
        asked: 10_000,
        closesPerSecond: 10_000,
        lostEvents: 0,
        missing: 0,
        cpuShareOfWatch: 0.05,
        generatorRate: 0.996,
        ...common,
      },
      {
        asked: 50_000,
        closesPerSecond: 44_000,
        lostEvents: 0,
        missing: 0,
        cpuShareOfWatch: 0.2,
        generatorRate: 0.88,
        ...common,
      },
      {
        asked: 0,
        closesPerSecond: 58_000,
        lostEvents: 2,
        missing: 1,
        cpuShareOfWatch: 0.31,
        generatorRate: 0.88,
        ...common,
      },
    ],
  };
}

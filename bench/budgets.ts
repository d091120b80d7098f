import { FEW, MANY, MANY_DESCRIPTORS, TOOL } from './names.ts';
import type { BenchResults } from './results-schema.ts';
import type { WatchResults } from './watch-schema.ts';

/** What must hold, and what was measured of it. */
export interface Budget {
  /** `closewait ls --json`. */
  readonly what: string;
  /** `95,000 sockets, of ss -tanp state close-wait`. */
  readonly where: string;
  /** Null where the results do not have it. */
  readonly measured: number | null;
  readonly limit: number;
  /** `share`: of another tool's wall time, as 1/N; `factor`: so many times; `ms`; `percent`, of 100; `events`. */
  readonly unit: 'share' | 'factor' | 'ms' | 'percent' | 'events';
}

const WATCH = 'closewait watch';

/** Shares of the wall time of ss and of lsof, whole cold processes. */
const SHARES: readonly { readonly tool: string; readonly of: string; readonly limit: number }[] = [
  { tool: TOOL.quick, of: TOOL.ss, limit: 1 / 12 },
  { tool: TOOL.quick, of: TOOL.lsof, limit: 1 / 7 },
  { tool: TOOL.list, of: TOOL.ss, limit: 1 / 8 },
  { tool: TOOL.list, of: TOOL.lsof, limit: 1 / 5 },
  { tool: TOOL.quickProc, of: TOOL.ss, limit: 1 / 4 },
  { tool: TOOL.listProc, of: TOOL.ss, limit: 1 / 4 },
];

/** Of connections; compared with half as many. */
const DOUBLED: readonly number[] = [MANY, MANY * 2];
const MOST_GROWTH = 2.2;

const TIMES: readonly {
  readonly tool: string;
  readonly sockets: number;
  readonly descriptors: number;
  readonly limitMs: number;
}[] = [
  ...[0, FEW].flatMap((sockets) =>
    [TOOL.quick, TOOL.list].map((tool) => ({ tool, sockets, descriptors: MANY_DESCRIPTORS, limitMs: 600 })),
  ),
  { tool: TOOL.report, sockets: 0, descriptors: 0, limitMs: 80 },
  { tool: TOOL.version, sockets: 0, descriptors: 0, limitMs: 45 },
];

/** Every budget with what these results say of it. Ratios and times are of medians. */
export function budgetsOf(results: Pick<BenchResults, 'series'>): readonly Budget[] {
  const wallMs = (tool: string, sockets: number, descriptors = 0): number | null => {
    const series = results.series.find((one) => one.sockets === sockets && one.descriptors === descriptors);
    return series?.runs.find((runs) => runs.tool === tool)?.median?.wallMs ?? null;
  };
  return [
    ...SHARES.map(({ tool, of, limit }): Budget => {
      const where = `${count(MANY)} sockets, of ${of}`;
      return { what: tool, where, measured: ratio(wallMs(tool, MANY), wallMs(of, MANY)), limit, unit: 'share' };
    }),
    ...[TOOL.quick, TOOL.list].flatMap((tool) =>
      DOUBLED.map((sockets): Budget => {
        const where = `${count(sockets / 2)} to ${count(sockets)} sockets`;
        const measured = ratio(wallMs(tool, sockets), wallMs(tool, sockets / 2));
        return { what: tool, where, measured, limit: MOST_GROWTH, unit: 'factor' };
      }),
    ),
    ...TIMES.map(({ tool, sockets, descriptors, limitMs }): Budget => {
      const held = sockets === 0 ? 'nothing stuck' : `${count(sockets)} sockets`;
      const where = descriptors === 0 ? held : `${held}, ${count(descriptors)} descriptors`;
      return { what: tool, where, measured: wallMs(tool, sockets, descriptors), limit: limitMs, unit: 'ms' };
    }),
  ];
}

/** Each rate of closes, each of which is two transitions: of watch.ts. */
const MOST_SLOWED_PERCENT = 10;

/**
 * What `closewait watch` must not do: lose an event at any rate, or slow down what it watches at a rate that was asked for. What
 * uses up all processors is slowed down by whatever runs beside it: that is measured, and no budget.
 */
export function watchBudgetsOf({ series }: WatchResults): readonly Budget[] {
  return series.flatMap(({ asked, closesPerSecond, lostEvents, missing, generatorRate }): readonly Budget[] => {
    const where = `${count(closesPerSecond)} closes a second`;
    const slowed = (1 - generatorRate) * 100;
    return [
      { what: WATCH, where: `${where}, lost`, measured: lostEvents + missing, limit: 0, unit: 'events' },
      ...(asked === 0
        ? []
        : ([
            { what: WATCH, where: `${where}, slowed`, measured: slowed, limit: MOST_SLOWED_PERCENT, unit: 'percent' },
          ] as const)),
    ];
  });
}

/** What was not measured is not kept either. */
export function isKept({ measured, limit }: Budget): boolean {
  return measured !== null && measured <= limit;
}

/** The budgets as lines, and their sum. */
export function formatBudgets(budgets: readonly Budget[]): string {
  const rows = budgets.map((budget) => {
    const { what, where, measured, limit, unit } = budget;
    const says = measured === null ? '-' : quantity(measured, unit);
    const verdict = measured === null ? 'not measured' : isKept(budget) ? 'kept' : 'MISSED';
    return [verdict, what, where, says, `at most ${quantity(limit, unit)}`];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => (column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  );
  return [...text, `${budgets.filter(isKept).length} of ${budgets.length} budgets are kept`, ''].join('\n');
}

function ratio(value: number | null, to: number | null): number | null {
  return value === null || to === null ? null : value / to;
}

function quantity(value: number, unit: Budget['unit']): string {
  if (unit === 'ms') return `${value.toFixed(0)} ms`;
  if (unit === 'percent') return `${value.toFixed(1)} %`;
  if (unit === 'events') return count(value);
  return unit === 'factor' ? `${value.toFixed(2)} times` : `1/${Number((1 / value).toFixed(1))}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

import { describe, expect, it } from 'vitest';
import { TOOL } from './names.ts';
import type { Series } from './results-schema.ts';
import { table } from './table.ts';

const cost = (wallMs: number): { wallMs: number; cpuMs: number; peakMemoryMb: number } => {
  return { wallMs, cpuMs: wallMs * 1.5, peakMemoryMb: 12.4 };
};

const SERIES: Series = {
  sockets: 10_000,
  processes: 5,
  descriptors: 1_000_000,
  rounds: 3,
  repeated: 1,
  runs: [
    { tool: TOOL.ss, median: cost(2000), costs: [cost(1990), cost(2000), cost(2010)] },
    { tool: TOOL.lsof, median: cost(1000), costs: [cost(500), cost(1000), cost(1500)] },
    { tool: TOOL.netstat, median: null, costs: [], overLimitMs: 60_000 },
    { tool: TOOL.quick, median: cost(50), costs: [cost(50)] },
    { tool: TOOL.list, median: null, costs: [], problem: 'exit code 70' },
  ],
};

describe('table', () => {
  it('shows medians, spans and ratios, and says what is missing and why', () => {
    expect(table(SERIES)).toBe(
      [
        '10,000 in CLOSE-WAIT, 5 processes, 1,000,000 other descriptors',
        '                                 wall ms      min-max  of ss  of lsof  CPU ms  peak MB  runs',
        'ss -tanp state close-wait          2,000  1,990-2,010  1.000    2.000   3,000       12     3',
        'lsof -nP -iTCP -sTCP:CLOSE_WAIT    1,000  ~ 500-1,500  0.500    1.000   1,500       12     3',
        'netstat -tanp                     > 60 s',
        'closewait --quick --json            50.0    50.0-50.0  0.025    0.050    75.0       12     1',
        'closewait ls --json               failed',
        'The machine was unsteady: 1 more round.',
        'closewait ls --json: exit code 70',
        '',
      ].join('\n'),
    );
  });
});

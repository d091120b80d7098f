import { describe, expect, it } from 'vitest';
import { budgetsOf, formatBudgets, isKept, watchBudgetsOf } from './budgets.ts';
import { MANY, TOOL } from './names.ts';
import type { BenchResults } from './results-schema.ts';
import { sampleResults, sampleWatchResults } from './sample-results.ts';

/** The sample, with one tool in one scene slower by a factor. */
function slower(tool: string, sockets: number, factor: number): BenchResults {
  const results = sampleResults();
  const series = results.series.map((one) => {
    const isMeant = one.sockets === sockets && one.descriptors === 0;
    const changed = one.runs.map((runs) => {
      if (!isMeant || runs.tool !== tool || runs.median === null) return runs;
      return { ...runs, median: { ...runs.median, wallMs: runs.median.wallMs * factor } };
    });
    return { ...one, runs: changed };
  });
  return { ...results, series };
}

const missed = (results: BenchResults): readonly string[] => {
  return budgetsOf(results)
    .filter((budget) => !isKept(budget))
    .map(({ what, where }) => `${what}: ${where}`);
};

describe('budgets', () => {
  it('are kept where the ratios hold', () => {
    expect(missed(sampleResults())).toEqual([]);
  });

  it('are missed where closewait is too slow, on its own or beside others', () => {
    expect(missed(slower(TOOL.quick, MANY, 3))).toEqual([
      `${TOOL.quick}: 95,000 sockets, of ${TOOL.ss}`,
      `${TOOL.quick}: 95,000 sockets, of ${TOOL.lsof}`,
      `${TOOL.quick}: 47,500 to 95,000 sockets`,
    ]);
    expect(missed(slower(TOOL.list, MANY * 2, 3))).toEqual([`${TOOL.list}: 95,000 to 190,000 sockets`]);
    expect(missed(slower(TOOL.version, 0, 2))).toEqual([`${TOOL.version}: nothing stuck`]);
  });

  it('are missed where nothing was measured', () => {
    const nothing = budgetsOf({ series: [] });
    expect(nothing.length).toBe(budgetsOf(sampleResults()).length);
    expect(nothing.filter(isKept)).toEqual([]);
    expect(formatBudgets(nothing)).toContain(`0 of ${nothing.length} budgets are kept`);
  });

  it('read as fractions, factors and times', () => {
    const text = formatBudgets(budgetsOf(slower(TOOL.quick, MANY, 3)));
    expect(text).toMatch(/^MISSED +closewait --quick --json +95,000 sockets, of ss .* 1\/4\.6 {2}at most 1\/12$/m);
    expect(text).toMatch(
      /^kept +closewait ls --json +95,000 to 190,000 sockets +1\.\d\d times {2}at most 2\.20 times$/m,
    );
    expect(text).toMatch(/^kept +closewait --version +nothing stuck +35 ms {2}at most 45 ms$/m);
  });

  it('of watching are one lost event and a tenth of the rate', () => {
    const text = formatBudgets(watchBudgetsOf(sampleWatchResults()));
    expect(text).toBe(
      [
        'kept    closewait watch  10,000 closes a second, lost         0  at most 0',
        'kept    closewait watch  10,000 closes a second, slowed   0.4 %  at most 10.0 %',
        'kept    closewait watch  44,000 closes a second, lost         0  at most 0',
        'MISSED  closewait watch  44,000 closes a second, slowed  12.0 %  at most 10.0 %',
        'MISSED  closewait watch  58,000 closes a second, lost         3  at most 0',
        '3 of 5 budgets are kept',
        '',
      ].join('\n'),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { countVitest } from './vitest-report.ts';

const file = (status: string, ...tests: readonly string[]): object => ({
  name: '/x.test.ts',
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});
const report = (...files: readonly object[]): string => JSON.stringify({ testResults: files });

describe('counting a run of vitest', () => {
  it('counts tests, not files', () => {
    const text = report(file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed'));
    expect(countVitest(text, 1)).toEqual({ passed: 3, failed: 1, notRun: [] });
  });

  it('counts a file that does not load as a failure beside the tests that failed', () => {
    const text = report(file('failed'), file('failed', 'failed'));
    expect(countVitest(text, 1)).toEqual({ passed: 0, failed: 2, notRun: [] });
  });

  it('names skipped tests instead of passing over them', () => {
    const { notRun } = countVitest(report(file('passed', 'passed', 'pending', 'todo', 'skipped')), 0);
    expect(notRun).toEqual([{ count: 3, why: 'skipped by the tests themselves' }]);
  });

  it.each([
    ['no report', null, 1],
    ['a report of something else', '{}', 0],
    ['no test at all', report(), 0],
    ['an error outside the tests', report(file('passed', 'passed')), 1],
    ['an end by a signal', report(file('passed', 'passed')), null],
  ])('counts one failure for %s', (_title, text, exitCode) => {
    expect(countVitest(text, exitCode).failed).toBe(1);
  });
});

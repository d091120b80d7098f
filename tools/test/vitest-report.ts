import type { Counts } from './summary.ts';

/** The part of vitest's JSON report (`--reporter=json`) that is counted: its files and their tests. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function isReport(value: unknown): value is VitestReport {
  return typeof value === 'object' && value !== null && 'testResults' in value && Array.isArray(value.testResults);
}

/**
 * Counts a run of vitest. `text` is its JSON report, null where it wrote none. A file that failed outside its tests
 * counts one failure, and so does a run that ended badly, or without a test, although nothing in it failed.
 */
export function countVitest(text: string | null, exitCode: number | null): Counts {
  const report: unknown = text === null ? null : JSON.parse(text);
  const files = isReport(report) ? report.testResults : [];
  const statuses = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const count = (wanted: string): number => statuses.filter((status) => status === wanted).length;

  const passed = count('passed');
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = count('failed') + brokenFiles;
  const skipped = statuses.length - passed - count('failed');
  const endedWell = exitCode === 0 && statuses.length > 0;
  return {
    passed,
    failed: failed === 0 && !endedWell ? 1 : failed,
    notRun: skipped === 0 ? [] : [{ count: skipped, why: 'skipped by the tests themselves' }],
  };
}

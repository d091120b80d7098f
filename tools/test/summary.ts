/** Tests that did not run, and why. */
export interface NotRun {
  readonly count: number;
  readonly why: string;
}

/** What a part of `npm test` came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly NotRun[];
}

/** The last line of `npm test`, and whether it is a success. */
export interface Summary {
  readonly line: string;
  readonly ok: boolean;
}

/** Adds the parts up. In CI a test that did not run is a failure: nobody reads a number that is only a notice. */
export function summarize(parts: readonly Counts[], isCi: boolean): Summary {
  const sum = (count: (part: Counts) => number): number => parts.reduce((total, part) => total + count(part), 0);
  const passed = sum((part) => part.passed);
  const notRun = sum((part) => part.notRun.reduce((total, { count }) => total + count, 0));
  const failed = sum((part) => part.failed) + (isCi ? notRun : 0);
  const line = `${passed} passed, ${failed} failed${notRun > 0 && !isCi ? `, ${notRun} not run` : ''}`;
  return { line, ok: failed === 0 && passed > 0 };
}

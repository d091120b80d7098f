import { describe, expect, it } from 'vitest';
import { summarize } from './summary.ts';

const checks = { passed: 5, failed: 1, notRun: [] };
const tests = { passed: 100, failed: 2, notRun: [] };
const unprivileged = { passed: 100, failed: 0, notRun: [{ count: 30, why: 'needs root' }] };

describe('the last line of npm test', () => {
  it('adds checks and tests up', () => {
    expect(summarize([checks, tests], false)).toEqual({ line: '105 passed, 3 failed', ok: false });
  });

  it('is a success where everything passed', () => {
    expect(summarize([{ passed: 2, failed: 0, notRun: [] }], true)).toEqual({ line: '2 passed, 0 failed', ok: true });
  });

  it('counts what did not run on its own, without failing', () => {
    expect(summarize([unprivileged], false)).toEqual({ line: '100 passed, 0 failed, 30 not run', ok: true });
  });

  it('counts what did not run as failed in CI', () => {
    expect(summarize([unprivileged], true)).toEqual({ line: '100 passed, 30 failed', ok: false });
  });

  it('is no success where nothing ran', () => {
    expect(summarize([], false).ok).toBe(false);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowOpen } from './is-window-open.ts';
import { type MaintenanceWindow, WEEKDAYS } from './policy.ts';

const NIGHT: MaintenanceWindow = { days: ['Fri'], fromMin: 22 * 60, toMin: 6 * 60, timezone: 'UTC' };
const at = (iso: string): number => Date.parse(iso);

describe('a maintenance window', () => {
  it.each([
    ['2026-01-02T21:59:59Z', false],
    ['2026-01-02T22:00:00Z', true],
    ['2026-01-03T05:59:59Z', true],
    ['2026-01-03T06:00:00Z', false],
    // It begins on Fridays alone.
    ['2026-01-03T22:00:00Z', false],
    ['2026-01-02T03:00:00Z', false],
  ])('from Friday 22:00 to 06:00: %s is in it: %s', (iso, open) => {
    expect(isWindowOpen([NIGHT], at(iso))).toBe(open);
  });

  it('is told by the clocks of its time zone, in summer too', () => {
    const berlin: MaintenanceWindow = { ...NIGHT, days: WEEKDAYS, fromMin: 120, toMin: 180, timezone: 'Europe/Berlin' };
    expect(isWindowOpen([berlin], at('2026-01-05T01:30:00Z'))).toBe(true);
    expect(isWindowOpen([berlin], at('2026-07-06T00:30:00Z'))).toBe(true);
    expect(isWindowOpen([berlin], at('2026-07-06T01:30:00Z'))).toBe(false);
    // 2026-03-29: clocks go from 02:00 to 03:00.
    expect(isWindowOpen([berlin], at('2026-03-29T00:59:00Z'))).toBe(false);
    expect(isWindowOpen([berlin], at('2026-03-29T01:00:00Z'))).toBe(false);
  });

  it('is asked for only where there is one', () => {
    expect(isWindowOpen([], 0)).toBe(true);
  });

  it('is open for as many minutes of a week as it says', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const days = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1 });
    fc.assert(
      fc.property(days, minute, fc.integer({ min: 0, max: 1440 }), (on, fromMin, toMin) => {
        const window: MaintenanceWindow = { days: on, fromMin, toMin, timezone: 'UTC' };
        const monday = Date.UTC(2026, 0, 5);
        const steps = Array.from(
          { length: (7 * 1440) / 60 },
          (_, hour) => monday + hour * 3_600_000 + (fromMin % 60) * 60_000,
        );
        const length = fromMin < toMin ? toMin - fromMin : 1440 - fromMin + toMin;
        const open = steps.filter((ms) => isWindowOpen([window], ms)).length;
        // Looked at once an hour, at the minute at which it begins; neighbours touch, and count once.
        expect(open).toBe(on.length * Math.ceil(length / 60));
      }),
      { numRuns: 20 },
    );
  });
});

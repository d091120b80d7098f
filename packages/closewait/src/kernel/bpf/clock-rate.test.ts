import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockRateBetween, clockRateOf } from './clock-rate.ts';

describe('clockRateOf', () => {
  it('finds the rate from one reading of both clocks, however long the machine runs', () => {
    assert(
      property(
        constantFrom(100, 250, 300, 500, 600, 750, 1000),
        integer({ min: 0, max: 10 * 365 * 86_400_000 }),
        integer({ min: -5000, max: 5000 }),
        (hz, uptimeMs, driftMs) => {
          const jiffies = 2n ** 32n - 300n * BigInt(hz) + BigInt(Math.floor((uptimeMs * hz) / 1000));
          const found = clockRateOf({ jiffies, monotonicMs: uptimeMs + driftMs });
          // Five minutes after boot every rate has the same count; for a while around that nothing is claimed.
          expect([{ hz }, ...(Math.abs(uptimeMs - 300_000) < 240_000 ? [null] : [])]).toContainEqual(found);
        },
      ),
    );
  });

  it('finds none where no rate explains the clocks', () => {
    expect(clockRateOf({ jiffies: 0n, monotonicMs: 1000 })).toBeNull();
    expect(clockRateOf({ jiffies: 2n ** 40n, monotonicMs: 1000 })).toBeNull();
  });

  it('claims nothing at five minutes after boot', () => {
    expect(clockRateOf({ jiffies: 2n ** 32n + 10n, monotonicMs: 300_040 })).toBeNull();
  });
});

describe('clockRateBetween', () => {
  it('finds the rate from what was counted in 200 ms', () => {
    assert(
      property(
        constantFrom(100, 250, 300, 500, 600, 750, 1000),
        integer({ min: 200, max: 400 }),
        integer({ min: 0, max: 1 }),
        (hz, passedMs, tick) => {
          const jiffies = 2n ** 32n + BigInt(Math.floor((passedMs * hz) / 1000) + tick);
          const first = { jiffies: 2n ** 32n, monotonicMs: 300_000 };
          expect(clockRateBetween(first, { jiffies, monotonicMs: 300_000 + passedMs })).toEqual({ hz });
        },
      ),
    );
  });

  it('finds none where the count is of no rate', () => {
    const first = { jiffies: 0n, monotonicMs: 0 };
    expect(clockRateBetween(first, { jiffies: 400n, monotonicMs: 1000 })).toBeNull();
    expect(clockRateBetween(first, first)).toBeNull();
  });
});

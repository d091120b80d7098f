import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnsteady, median, quantile } from './statistics.ts';

describe('median', () => {
  it('is the one in the middle, or lies between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(median([])).toBeNaN();
  });

  it('has as many values on one side as on the other, in whatever order they come', () => {
    assert(
      property(array(integer({ min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        expect(median(values.toReversed())).toBe(middle);
      }),
    );
  });
});

describe('quantile', () => {
  it('reaches from the smallest to the largest', () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([40, 10, 20, 30, 50], share))).toEqual([10, 20, 30, 50]);
    expect(quantile([10, 20], 0.25)).toBe(12.5);
  });
});

describe('isUnsteady', () => {
  it('minds one slow round less than two different halves', () => {
    expect(isUnsteady([100, 101, 102, 103, 900])).toBe(false);
    expect(isUnsteady([100, 101, 150, 151])).toBe(true);
  });

  it('says nothing of one round or none', () => {
    expect([isUnsteady([100]), isUnsteady([])]).toEqual([false, false]);
  });
});

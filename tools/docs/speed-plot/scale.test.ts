import { array, assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decades, logScale, roundDown, roundUp, spreadOut } from './scale.ts';

const positive = double({ min: 1e-3, max: 1e9, noNaN: true });

describe('logScale', () => {
  it('gives each decade the same room', () => {
    const scale = logScale([1, 1000], [0, 300]);
    expect([1, 10, 100, 1000].map((value) => Math.round(scale(value)))).toEqual([0, 100, 200, 300]);
    const upwards = logScale([10, 1000], [500, 100]);
    expect([10, 100, 1000].map((value) => Math.round(upwards(value)))).toEqual([500, 300, 100]);
  });
});

describe('decades', () => {
  it('are the powers of ten, with both ends', () => {
    expect(decades(1000, 300_000)).toEqual([1000, 10_000, 100_000]);
    expect(decades(5, 1000)).toEqual([10, 100, 1000]);
    expect(decades(2, 5)).toEqual([]);
  });
});

describe('rounding', () => {
  it('finds the ends of an axis', () => {
    expect([8.3, 10, 49, 60_000].map(roundDown)).toEqual([5, 10, 20, 50_000]);
    expect([8.3, 10, 51, 60_000].map(roundUp)).toEqual([10, 10, 100, 100_000]);
  });

  it('never cuts off a value', () => {
    assert(
      property(positive, (value) => {
        expect(roundDown(value)).toBeLessThanOrEqual(value * (1 + 1e-6));
        expect(roundUp(value)).toBeGreaterThanOrEqual(value * (1 - 1e-6));
        expect(roundUp(value) / roundDown(value)).toBeLessThan(2.6);
      }),
    );
  });
});

describe('spreadOut', () => {
  it('leaves what does not touch, and puts what does around its middle', () => {
    expect(spreadOut([10, 50, 100], 20)).toEqual([10, 50, 100]);
    expect(spreadOut([100, 100], 20)).toEqual([90, 110]);
    expect(spreadOut([104, 100, 10], 20)).toEqual([112, 92, 10]);
  });

  it('keeps the distance and the order', () => {
    assert(
      property(array(integer({ min: 0, max: 400 }), { maxLength: 12 }), (wanted) => {
        const places = spreadOut(wanted, 21);
        const order = wanted.map((_, index) => index).toSorted((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
        for (const [place, index] of order.slice(1).entries()) {
          const before = order[place] ?? 0;
          expect((places[index] ?? 0) - (places[before] ?? 0)).toBeGreaterThanOrEqual(21 - 1e-9);
          expect(wanted[index] ?? 0).toBeGreaterThanOrEqual(wanted[before] ?? 0);
        }
      }),
    );
  });
});

import { array, assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleSocket } from '../../../../test/support/sample-facts.ts';
import { known } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { forecast, growthOf } from './forecast.ts';

const socket = sampleSocket();
const toConnections = (ages: readonly number[]): readonly StuckConnection[] =>
  ages.map((ms) => ({ socket, holders: [], age: { ms, is: 'exact' } }));

/** Ages of a leak of `perMin` at random moments, from a generator of its own so that the property is repeatable. */
function leak(seed: number, perMin: number, lastsMs: number): readonly number[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  const ages: number[] = [];
  for (let at = 0; at < lastsMs; ) {
    at += (-Math.log(random()) * 60_000) / perMin;
    ages.push(at);
  }
  return ages;
}

describe('growthOf', () => {
  it('has ordered, finite bounds whatever the ages are', () => {
    assert(
      property(array(double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 300 }), (ages) => {
        const growth = growthOf(toConnections(ages), null);
        if (growth === null) return;
        expect(growth.lowPerMin).toBeGreaterThanOrEqual(0);
        expect(growth.lowPerMin).toBeLessThanOrEqual(growth.perMin);
        expect(growth.perMin).toBeLessThanOrEqual(growth.highPerMin);
        expect(growth.highPerMin).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('does not depend on the order of the connections', () => {
    assert(
      property(array(integer({ min: 0, max: 100_000 }), { maxLength: 100 }), (ages) => {
        expect(growthOf(toConnections(ages.toReversed()), null)).toEqual(growthOf(toConnections(ages), null));
      }),
    );
  });

  it('has the true rate of a leak within its bounds in more than nine of ten', () => {
    const seeds = Array.from({ length: 400 }, (_, index) => index * 7919 + 1);
    const growths = seeds.map((seed) => growthOf(toConnections(leak(seed, 120, 90_000)), null));
    const told = growths.filter((growth) => growth !== null);
    const right = told.filter(({ lowPerMin, highPerMin }) => lowPerMin <= 120 && 120 <= highPerMin);
    expect(told.length).toBeGreaterThan(390);
    expect(right.length / told.length).toBeGreaterThan(0.9);
  });

  it('forecasts between the bounds', () => {
    assert(
      property(integer({ min: 1, max: 1e6 }), integer({ min: 1, max: 1e5 }), (seed, left) => {
        const growth = growthOf(toConnections(leak(seed, 60, 70_000)), null);
        const told = forecast(growth, known({ open: 24, softLimit: 24 + left, hardLimit: 24 + left }));
        if (told === null) return;
        expect(told.earliestMs).toBeLessThanOrEqual(told.inMs);
        expect(told.latestMs ?? told.inMs).toBeGreaterThanOrEqual(told.inMs);
      }),
    );
  });
});

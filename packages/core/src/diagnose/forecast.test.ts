import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleProcess, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { known, unknown } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { addGrowth, forecast, growthBetweenLooks, growthOf } from './forecast.ts';

/** Connections with these ages, exact unless said otherwise. */
function aged(ages: readonly number[], is: 'exact' | 'at-least' = 'exact'): readonly StuckConnection[] {
  return ages.map((ms, index) => ({
    socket: sampleSocket({ inode: 700 + index, remote: { address: '10.0.0.2', port: 50_000 + index } }),
    holders: [],
    age: { ms, is },
  }));
}

/** One every `everyMs`, the youngest just as old as that. */
function steady(everyMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index + 1) * everyMs);
}

describe('growthOf', () => {
  it('tells the rate of a steady leak from the ages of one look', () => {
    expect(growthOf(aged(steady(1000, 90)), null)).toMatchObject({ perMin: 59, over: 'ages', windowMs: 60_000 });
    expect(growthOf(aged(steady(30_000, 120)), null)).toMatchObject({ windowMs: 3_600_000 });
  });

  it('gives bounds that are wider the fewer there are', () => {
    const few = growthOf(aged([1000, 3000, 5000, 7000, 9000, 11_000]), null);
    const many = growthOf(aged(steady(10, 1200)), null);
    expect(few).toMatchObject({ perMin: 30 });
    expect(few?.lowPerMin).toBeCloseTo(9.7, 0);
    expect(few?.highPerMin).toBeCloseTo(70, 0);
    expect(many?.perMin).toBeCloseTo(5994, 0);
    expect(many?.highPerMin).toBeLessThan(6500);
    expect(many?.lowPerMin).toBeGreaterThan(5500);
  });

  it.each([
    ['nothing', []],
    ['one burst', steady(1, 50).map((ms) => ms + 30_000)],
    ['a burst and what came before', [61_000, ...steady(1, 50).map((ms) => ms + 30_000)]],
    ['a leak that has ended', steady(1000, 60).map((ms) => ms + 25_000)],
    ['four', [1000, 4000, 7000, 12_000]],
    ['a history below ten seconds', steady(100, 90)],
  ])('is not known of %s', (_, ages) => {
    expect(growthOf(aged(ages), null)).toBeNull();
  });

  it('is not known where most ages are lower bounds, and less sure where some are', () => {
    expect(growthOf(aged(steady(100, 300), 'at-least'), null)).toBeNull();
    const exact = growthOf(aged(steady(1000, 90)), null);
    const mixed = growthOf([...aged(steady(1000, 90)), ...aged(steady(2000, 30), 'at-least')], null);
    expect(mixed?.perMin).toBeGreaterThan(exact?.perMin ?? Number.NaN);
    expect(mixed?.lowPerMin).toBeLessThanOrEqual(exact?.lowPerMin ?? Number.NaN);
  });

  it('counts from the minimum age on, below which nothing was handed over', () => {
    const ages = steady(1000, 90).filter((ms) => ms >= 5000);
    expect(growthOf(aged(ages), null, 5000)?.perMin).toBe(60);
  });

  it('is not known where as many leave as come', () => {
    const connections = aged(steady(500, 100));
    const leaving = (count: number) =>
      sampleCloseLook({ departed: Array.from({ length: count }, (_, index) => sampleSocket({ inode: 100 + index })) });
    expect(growthOf(connections, leaving(0))?.perMin).toBe(114);
    expect(growthOf(connections, leaving(1))).toBeNull();
    const elsewhere = sampleCloseLook({ departed: [sampleSocket({ local: { address: '10.0.0.1', port: 9 } })] });
    expect(growthOf(connections, elsewhere)?.perMin).toBe(114);
  });

  it('subtracts what leaves where far more comes', () => {
    const connections = aged(steady(1, 12_000));
    const departed = [sampleSocket({ inode: 100 })];
    expect(growthOf(connections, sampleCloseLook({ departed }))?.perMin).toBeCloseTo(59_880, -2);
  });
});

describe('growthBetweenLooks', () => {
  const arrived = Array.from({ length: 8 }, (_, index) => sampleSocket({ inode: 900 + index }));
  const look = (openLater: number, departed = 0) =>
    sampleCloseLook({
      arrived,
      departed: arrived.slice(0, departed),
      activity: { openLater: known(openLater) },
    });

  it('needs descriptors and stuck connections to have grown', () => {
    expect(growthBetweenLooks(aged([5000]), sampleProcess(), look(69))).toMatchObject({ perMin: 960, over: 'looks' });
    expect(growthBetweenLooks(aged([5000]), sampleProcess(), look(64))).toBeNull();
    expect(growthBetweenLooks(aged([5000]), sampleProcess(), look(69, 4))).toBeNull();
    expect(growthBetweenLooks(aged([5000]), sampleProcess(), null)).toBeNull();
    expect(growthBetweenLooks(aged([5000]), null, look(69))).toBeNull();
  });
});

describe('forecast', () => {
  const growth = { perMin: 60, lowPerMin: 30, highPerMin: 120, over: 'ages', windowMs: 60_000 } as const;
  const use = (open: number, softLimit: number) => known({ open, softLimit, hardLimit: softLimit });

  it('says when the descriptors run out, with its bounds', () => {
    expect(forecast(growth, use(664, 1024))).toEqual({ inMs: 360_000, earliestMs: 180_000, latestMs: 720_000 });
    expect(forecast({ ...growth, lowPerMin: 0 }, use(664, 1024))?.latestMs).toBeNull();
  });

  it.each([
    ['without a rate', null, use(664, 1024)],
    ['at a rate of zero', { ...growth, perMin: 0 }, use(664, 1024)],
    ['at the limit', growth, use(1024, 1024)],
    ['without a limit', growth, use(5, Number.POSITIVE_INFINITY)],
    ['where the use is not known', growth, unknown('denied', 'EACCES')],
    ['beyond a year', { ...growth, perMin: 0.001 }, use(5, 1_048_576)],
  ])('says nothing %s', (_, rate, descriptors) => {
    expect(forecast(rate, descriptors)).toBeNull();
  });

  it('adds what fills one table', () => {
    expect(addGrowth([])).toBeNull();
    expect(addGrowth([growth, growth])).toMatchObject({ perMin: 120, lowPerMin: 60, highPerMin: 240, over: 'ages' });
  });
});

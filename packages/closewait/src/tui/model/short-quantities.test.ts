import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortCount, shortDuration, shortRate } from './short-quantities.ts';

describe('short quantities', () => {
  it.each([
    [640, '640ms'],
    [2199, '2.1s'],
    [59_999, '59s'],
    [250_000, '4m10s'],
    [11_520_000, '3h12m'],
    [367_200_000, '4d6h'],
    [35_600_000_000, '412d'],
  ])('writes %i ms as %s', (ms, text) => expect(shortDuration(ms)).toBe(text));

  it('never takes more than six columns for a duration below 270 years', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 4000 }), (ms, times) => {
        expect(shortDuration(ms * times).length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('writes counts and rates', () => {
    expect([999, 95_000, 1_250_000].map(shortCount)).toEqual(['999', '95,000', '1.2M']);
    expect([46, -3, 0.4, 0, 0.01, 9.99, 12_000].map(shortRate)).toEqual([
      '+46',
      '-3',
      '+0.4',
      '0',
      '0',
      '+10',
      '+12,000',
    ]);
  });
});

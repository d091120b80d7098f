import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitCount } from './fit-count.ts';

describe('fitCount', () => {
  it.each([
    [0, 0, 12, ['0', '']],
    [1204, 3, 12, ['1,204', '+3']],
    [48_213, -87, 11, ['48,213', '-87']],
    [1_048_576, 12_345, 11, ['1M', '+12,345']],
    [1_048_576, 0, 9, ['1,048,576', '']],
    [999_999, 999_999, 11, ['999k', '+999k']],
  ] as const)('%i with %i in %i columns', (count, change, columns, expected) => {
    expect(fitCount(count, change, columns)).toEqual(expected);
  });

  it('always fits into the narrowest state, and never says more than there are', () => {
    const sockets = integer({ min: 0, max: 2 ** 31 });
    assert(
      property(sockets, integer({ min: -(2 ** 31), max: 2 ** 31 }), (count, change) => {
        const [text, changed] = fitCount(count, change, 9);
        expect(text.length + (changed === '' ? 0 : 1) + changed.length).toBeLessThanOrEqual(9);
        const factor = { k: 1e3, M: 1e6, G: 1e9 }[text.at(-1) ?? ''] ?? 1;
        expect(Number.parseFloat(text.replaceAll(',', '')) * factor).toBeLessThanOrEqual(count + 1e-6);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRow } from '../../../../../test/support/sample-host-look.ts';
import { SORT_KEYS, type Sorting, sortRows } from './sort-rows.ts';

const rows = [
  sampleRow(1, { stuck: 5, perMin: null, oldestMs: null, name: 'b', descriptors: null }),
  sampleRow(2, { stuck: 50, perMin: 3, oldestMs: 10, name: 'a', descriptors: { open: 9, limit: 10 } }),
  sampleRow(3, {
    stuck: 50,
    perMin: 46,
    oldestMs: 99,
    name: 'C',
    descriptors: { open: 5, limit: null },
    full: { inMs: 1000, earliestMs: 500, latestMs: null },
  }),
];

function pids(sorting: Sorting): readonly (number | null)[] {
  return sortRows(rows, sorting, new Map()).map(({ pid }) => pid);
}

describe('sorted processes', () => {
  it.each([
    ['stuck', [2, 3, 1], [1, 2, 3]],
    ['growth', [3, 2, 1], [2, 3, 1]],
    ['oldest', [3, 2, 1], [2, 3, 1]],
    ['descriptors', [2, 3, 1], [3, 2, 1]],
    ['full', [3, 1, 2], [3, 1, 2]],
    ['name', [2, 1, 3], [3, 1, 2]],
  ] as const)('have the most urgent %s first, what is not known last, and equal ones by pid', (by, order, reversed) => {
    expect(pids({ by, reversed: false })).toEqual(order);
    expect(pids({ by, reversed: true })).toEqual(reversed);
  });

  it('take the growth of the last looks where the diagnosis tells none', () => {
    const history = new Map([
      [
        '1',
        [
          { atMs: 0, stuck: 0 },
          { atMs: 6000, stuck: 60 },
        ],
      ],
    ]);
    const sorted = sortRows(rows, { by: 'growth', reversed: false }, history);
    expect(sorted.map(({ pid }) => pid)).toEqual([1, 3, 2]);
  });

  it('do not depend on the order in which they come', () => {
    const many = Array.from({ length: 12 }, (_, pid) =>
      sampleRow(pid, { stuck: pid % 3, oldestMs: pid % 2 === 0 ? null : pid % 5, name: `n${pid % 4}` }),
    );
    const shuffled = fc.shuffledSubarray(many, { minLength: many.length });
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...SORT_KEYS), fc.boolean(), (some, by, reversed) => {
        expect(sortRows(some, { by, reversed }, new Map())).toEqual(sortRows(many, { by, reversed }, new Map()));
      }),
    );
  });
});

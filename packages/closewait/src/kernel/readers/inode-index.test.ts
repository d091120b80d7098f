import { assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InodeIndex } from './inode-index.ts';

describe('InodeIndex', () => {
  it('answers what was added, whatever the numbers', () => {
    const inodes = uniqueArray(integer({ min: 1, max: 2 ** 32 - 1 }), { maxLength: 100 });
    assert(
      property(inodes, integer({ min: 1, max: 2 ** 32 - 1 }), (added, other) => {
        const index = new InodeIndex();
        for (const [value, inode] of added.entries()) index.add(inode, value);
        expect(added.map((inode) => index.get(inode))).toEqual([...added.keys()]);
        expect(index.get(other)).toBe(added.indexOf(other));
        expect([...index.keys()].toSorted((a, b) => a - b)).toEqual(added.toSorted((a, b) => a - b));
        expect(index.size).toBe(added.length);
      }),
    );
  });
});

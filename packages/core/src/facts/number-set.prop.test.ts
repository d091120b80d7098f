import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InodeSet } from './index.ts';

const inode = fc.oneof(
  fc.nat(100),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 31, 32, 32_767, 32_768),
);

describe('InodeSet', () => {
  it('holds what a Set holds', () => {
    fc.assert(
      fc.property(fc.array(inode), fc.array(inode), (added, asked) => {
        const inodes = new InodeSet(added);
        const expected = new Set(added);
        expect(inodes.size).toBe(expected.size);
        expect(new Set(inodes)).toEqual(expected);
        for (const one of [...added, ...asked]) expect(inodes.has(one)).toBe(expected.has(one));
      }),
    );
  });
});

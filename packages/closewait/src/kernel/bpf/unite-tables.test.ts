import { HELD_BYTES, HELD_KIND, HeldRecords } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { uniteTables } from './unite-tables.ts';

/** Rows of pid, tid, fd, inode. */
function recordsOf(rows: readonly (readonly [number, number, number, number])[]): HeldRecords {
  const chunks = rows.map(([pid, tid, fd, inode]) => {
    const bytes = Buffer.alloc(HELD_BYTES.ipv4);
    bytes[0] = HELD_KIND.ipv4;
    bytes[1] = 8;
    for (const [at, word] of [pid, tid, fd, inode].entries()) bytes.writeUInt32LE(word, 4 + 4 * at);
    return bytes;
  });
  const records = HeldRecords.from([Buffer.concat(chunks)]);
  if (!records.ok) throw new Error(records.problem.what);
  return records.value;
}

const never = (): Reading<boolean> => {
  throw new Error('nothing is to be asked');
};

describe('uniteTables', () => {
  it('asks nothing and keeps all where every process has one table', () => {
    const records = recordsOf([
      [1, 1, 3, 9],
      [1, 1, 4, 9],
      [2, 2, 3, 9],
    ]);
    expect(uniteTables(records, never)).toEqual({ kept: null, undecided: null });
  });

  it('keeps one of the listings of a table whose leader has ended, and what only one of them has', () => {
    const records = recordsOf([
      [1, 11, 3, 9],
      [1, 11, 4, 8],
      [1, 12, 3, 9],
      [1, 12, 5, 7],
    ]);
    expect(uniteTables(records, () => known(true)).kept).toEqual([0, 1, 3]);
  });

  it('keeps private tables apart, although the same descriptor refers to the same socket in both', () => {
    const records = recordsOf([
      [1, 1, 3, 9],
      [1, 12, 3, 9],
      [1, 13, 3, 9],
      [2, 2, 3, 9],
    ]);
    const shared = (a: number, b: number): Reading<boolean> => known(a === 12 && b === 13);
    expect(uniteTables(records, shared).kept).toEqual([0, 1, 3]);
  });

  it('takes equal descriptors for one where the kernel does not tell, and says so', () => {
    const records = recordsOf([
      [1, 11, 3, 9],
      [1, 12, 3, 9],
      [1, 12, 3, 10],
    ]);
    const denied = unknown('denied', 'kcmp: EPERM');
    expect(uniteTables(records, () => denied)).toEqual({ kept: [0, 2], undecided: denied });
    const gone = unknown('gone', 'kcmp: ESRCH');
    expect(uniteTables(records, () => gone)).toEqual({ kept: [0, 2], undecided: null });
  });
});

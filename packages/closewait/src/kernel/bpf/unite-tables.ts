import type { HeldRecords } from '@closewait/core/codec';
import type { Reading, Unknown } from '@closewait/core/facts';

/** The records that stand for one descriptor each. */
export interface UnitedTables {
  /** Indices, in order; null: all of them. */
  readonly kept: readonly number[] | null;
  /**
   * Set where the kernel did not tell whether threads share a table: equal descriptors of theirs are then taken for one.
   */
  readonly undecided: Unknown | null;
}

/**
 * Finds the descriptors that are listed more than once. The kernel leaves threads out that share the table of their
 * leader; where the leader has exited, or several threads share another table than its, it lists that table once for
 * each of them (task_file_seq_get_next, kernel/bpf/task_iter.c). Tables that really are private stay.
 */
export function uniteTables(
  records: HeldRecords,
  shareDescriptors: (tidA: number, tidB: number) => Reading<boolean>,
): UnitedTables {
  const threads = threadsOf(records);
  if (threads === null) return { kept: null, undecided: null };
  let undecided: Unknown | null = null;
  const tables = new Map<number, number>();
  for (const tids of threads.values()) {
    const distinct: number[] = [];
    for (const tid of tids) {
      const same = distinct.find((other) => {
        const shared = shareDescriptors(other, tid);
        if (shared.known) return shared.value;
        // Of one that has ended nobody can tell any more, and nobody needs to.
        if (shared.why !== 'gone') undecided ??= shared;
        return true;
      });
      if (same === undefined) distinct.push(tid);
      tables.set(tid, same ?? tid);
    }
  }
  return { kept: keepOnce(records, tables), undecided };
}

/** The threads of each process that has several with sockets; null where no process has. */
function threadsOf(records: HeldRecords): ReadonlyMap<number, readonly number[]> | null {
  const threads = new Map<number, number[]>();
  let several = false;
  let lastTid = -1;
  for (let index = 0; index < records.length; index++) {
    const tid = records.tidAt(index);
    if (tid === lastTid) continue;
    lastTid = tid;
    const pid = records.pidAt(index);
    const known = threads.get(pid);
    if (known === undefined) {
      threads.set(pid, [tid]);
    } else if (!known.includes(tid)) {
      known.push(tid);
      several = true;
    }
  }
  if (!several) return null;
  return new Map([...threads].filter(([, tids]) => tids.length > 1));
}

function keepOnce(records: HeldRecords, tables: ReadonlyMap<number, number>): readonly number[] {
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let index = 0; index < records.length; index++) {
    const table = tables.get(records.tidAt(index));
    if (table !== undefined) {
      const key = `${table} ${records.fdAt(index)} ${records.inodeAt(index)}`;
      if (seen.has(key)) continue;
      seen.add(key);
    }
    kept.push(index);
  }
  return kept;
}

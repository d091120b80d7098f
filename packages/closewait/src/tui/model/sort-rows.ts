import type { History } from './history.ts';
import { rateOf } from './history.ts';
import type { ProcessRow } from './host-look.ts';

/** What the list of processes can be sorted by, in the order in which `s` goes through them. */
export const SORT_KEYS = ['stuck', 'growth', 'oldest', 'descriptors', 'full', 'name'] as const;
/** See {@link SORT_KEYS}. */
export type SortKey = (typeof SORT_KEYS)[number];

/** How a list is sorted; the most urgent first, or reversed. */
export interface Sorting {
  readonly by: SortKey;
  readonly reversed: boolean;
}

/** Growth: what the diagnosis says; where it says nothing, what the last looks show. Null where neither does. */
export function growthOfRow(row: ProcessRow, history: History): number | null {
  return row.perMin ?? rateOf(history.get(row.key));
}

/** The share of the limit in use; null where it is not known, 0 without a limit. */
export function descriptorShare({ descriptors }: ProcessRow): number | null {
  if (descriptors === null) return null;
  const { open, limit } = descriptors;
  if (limit === null) return 0;
  return limit === 0 ? 1 : open / limit;
}

/**
 * The rows in order. What is not known comes last whichever way; equal ones stay in the order of their pids, so that
 * nothing jumps from one look to the next.
 */
export function sortRows(
  rows: readonly ProcessRow[],
  { by, reversed }: Sorting,
  history: History,
): readonly ProcessRow[] {
  const direction = reversed ? -1 : 1;
  const measured = rows.map((row) => ({ row, value: measure(row, by, history) }));
  measured.sort((a, b) => {
    if (a.value !== null && b.value !== null) {
      const order = direction * compare(a.value, b.value);
      if (order !== 0) return order;
    } else if (a.value !== b.value) return a.value === null ? 1 : -1;
    return (
      (a.row.pid ?? Number.POSITIVE_INFINITY) - (b.row.pid ?? Number.POSITIVE_INFINITY) || compare(a.row.key, b.row.key)
    );
  });
  return measured.map(({ row }) => row);
}

/** Ascending, so urgent numbers are negated. */
function measure(row: ProcessRow, by: SortKey, history: History): number | string | null {
  switch (by) {
    case 'stuck':
      return -row.stuck;
    case 'growth':
      return negated(growthOfRow(row, history));
    case 'oldest':
      return negated(row.oldestMs);
    case 'descriptors':
      return negated(descriptorShare(row));
    case 'full':
      return row.full?.inMs ?? null;
    case 'name':
      return row.name.toLowerCase();
  }
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

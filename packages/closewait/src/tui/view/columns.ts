import { fit } from '../model/cells.ts';

/** A column of a table before it is known how wide it becomes. */
export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Cells below which it is left out, and the most that it can use. */
  readonly least: number;
  readonly most: number;
  /** What is left out first has the highest number; it also grows last. */
  readonly rank: number;
  readonly cell: (row: Row, columns: number) => Cell;
}

/** A text without colour, and its colour. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** A column with its width. */
export interface SizedColumn<Row> extends Column<Row> {
  readonly columns: number;
}

/** Columns side by side, and what is between two of them. */
export interface Table<Row> {
  readonly columns: readonly SizedColumn<Row>[];
  readonly gap: string;
}

/** Chooses and sizes the columns for a width; they stay in the order in which they are given. */
export function sizeColumns<Row>(all: readonly Column<Row>[], width: number): Table<Row> {
  const byRank = all.toSorted((a, b) => a.rank - b.rank);
  let left = width + 1;
  const sizes = new Map<Column<Row>, number>();
  for (const column of byRank) {
    // With the space before it. The first one is there whatever the width.
    if (left < column.least + 1 && sizes.size > 0) break;
    sizes.set(column, Math.min(column.least, Math.max(1, left - 1)));
    left -= column.least + 1;
  }
  for (const column of byRank) {
    const size = sizes.get(column);
    if (size === undefined || left <= 0) continue;
    const more = Math.max(0, Math.min(column.most - size, left));
    sizes.set(column, size + more);
    left -= more;
  }
  const columns = all.flatMap((column) => {
    const size = sizes.get(column);
    return size === undefined ? [] : [{ ...column, columns: size }];
  });
  return { columns, gap: left >= columns.length - 1 ? '  ' : ' ' };
}

/** The line of titles. */
export function titleLine<Row>({ columns, gap }: Table<Row>): string {
  return columns.map(({ title, columns: size, align }) => fit(title, size, align)).join(gap);
}

/** A row, painted cell by cell, or left plain for one paint over all. */
export function rowLine<Row>({ columns, gap }: Table<Row>, row: Row, painted: boolean): string {
  return columns
    .map(({ cell, columns: size, align }) => {
      const { text, paint } = cell(row, size);
      const shown = fit(text, size, align);
      return painted && paint !== undefined ? paint(shown) : shown;
    })
    .join(gap);
}

import type { PictureRow } from '../../draw/index.ts';

/** A row with a time. */
export type TimedRow = Exclude<PictureRow, { readonly kind: 'gap' }> & {
  readonly atMs: number;
  /** Equal for rows that are the same but for numbers that count on. */
  readonly alike: string;
  /** Bytes of data that a segment carries; 0 for any other row. */
  readonly bytes: number;
};

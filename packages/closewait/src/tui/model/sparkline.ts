const BLOCKS = '▁▂▃▄▅▆▇█';
/** Of rising weight to the eye. */
const ASCII = '_.-~=+*#';

/**
 * The last `columns` values as a line of blocks, right-aligned: the lowest of them is the lowest block. A change is
 * never drawn larger than it is: `leastSpan` is the difference from the lowest to the highest block at least.
 */
export function drawSparkline(
  values: readonly number[],
  {
    columns,
    unicode,
    leastSpan = BLOCKS.length - 1,
  }: { readonly columns: number; readonly unicode: boolean; readonly leastSpan?: number },
): string {
  const blocks = unicode ? BLOCKS : ASCII;
  const shown = columns <= 0 ? [] : values.slice(-columns);
  const low = Math.min(...shown);
  const span = Math.max(leastSpan, Math.max(...shown) - low);
  const line = shown.map((value) => blocks[Math.round(((value - low) / span) * (blocks.length - 1))] ?? '').join('');
  return line.padStart(Math.max(0, columns));
}

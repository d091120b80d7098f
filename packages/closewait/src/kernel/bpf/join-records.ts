import { wholeHeldRecords } from '@closewait/core/codec';

/**
 * Makes every chunk begin and end with a record. Readers fill buffers, and the end of one is rarely the end of a record:
 * the record that was split becomes a chunk of its own. Bytes that are no record stay, for the decoder to report.
 */
export function joinRecords(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let rest: Uint8Array = new Uint8Array(0);
  for (const part of parts) {
    let next = part;
    if (rest.length > 0) {
      const split = Buffer.concat([rest, part.subarray(0, LONGEST)]);
      const length = firstRecord(split);
      if (length === 0) {
        rest = Buffer.concat([rest, part]);
        continue;
      }
      chunks.push(split.subarray(0, length));
      next = part.subarray(length - rest.length);
    }
    const whole = wholeHeldRecords(next);
    if (whole > 0) chunks.push(next.subarray(0, whole));
    rest = next.subarray(whole);
  }
  if (rest.length > 0) chunks.push(rest);
  return chunks;
}

/** More than any record has. */
const LONGEST = 256;

/** Length of the record that the bytes begin with; 0 where they are not enough, or no record. */
function firstRecord(bytes: Uint8Array): number {
  for (let length = 8; length <= bytes.length; length += 8) {
    if (wholeHeldRecords(bytes.subarray(0, length)) > 0) return length;
  }
  return 0;
}

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
      const head = completion(rest, part);
      chunks.push(Buffer.concat([rest, part.subarray(0, head)]));
      next = part.subarray(head);
    }
    const whole = wholeHeldRecords(next);
    if (whole > 0) chunks.push(next.subarray(0, whole));
    rest = next.subarray(whole);
  }
  if (rest.length > 0) chunks.push(rest);
  return chunks;
}

/** How many bytes of `part` complete the record that `rest` begins. */
function completion(rest: Uint8Array, part: Uint8Array): number {
  const joined = Buffer.concat([rest, part.subarray(0, LONGEST)]);
  for (let length = 1; length <= joined.length - rest.length; length++) {
    if (wholeHeldRecords(joined.subarray(0, rest.length + length)) > 0) return length;
  }
  return Math.min(LONGEST, part.length);
}

/** More than any record has. */
const LONGEST = 256;

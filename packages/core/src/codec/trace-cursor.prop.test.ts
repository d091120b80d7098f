import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TraceCursor } from './trace-cursor.ts';
import { decodeTracePage } from './trace-page.ts';

const ORIGIN_NS = 1_000n;

/** A page whose header says that so many of its bytes are in use. */
const pages = fc
  .record({
    startNs: fc.bigInt(0n, 1n << 50n),
    used: fc.nat(80),
    body: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(({ startNs, used, body }) => {
    const page = new Uint8Array(16 + body.length);
    const view = new DataView(page.buffer);
    view.setBigUint64(0, startNs, true);
    view.setUint32(8, used, true);
    // Mostly short records of small numbers, so that walks go on for more than one step.
    page.set(
      body.map((byte, index) => (index % 4 === 0 ? byte % 32 : byte % 3)),
      16,
    );
    return page;
  });

function walk(page: Uint8Array): { readonly records: readonly string[]; readonly failed: boolean } {
  const cursor = new TraceCursor(ORIGIN_NS);
  const records: string[] = [];
  let problem = cursor.load(page);
  while (problem === null && cursor.atNs !== Number.POSITIVE_INFINITY) {
    records.push(`${cursor.atNs} ${cursor.offset} ${cursor.bytes}`);
    problem = cursor.advance();
  }
  return { records, failed: problem !== null };
}

it('stands on the same records as the decoder makes of a page, whatever the page holds', () => {
  fc.assert(
    fc.property(pages, (page) => {
      const decoded = decodeTracePage(page);
      const walked = walk(page);
      expect(walked.failed).toBe(!decoded.ok);
      if (!decoded.ok) return;
      expect(walked.records).toEqual(
        decoded.value.records.map(
          ({ atNs, bytes }) => `${Number(atNs - ORIGIN_NS)} ${bytes.byteOffset} ${bytes.byteLength}`,
        ),
      );
    }),
  );
});

it('refuses a page that is too short, and one that says it is longer than it is', () => {
  expect(new TraceCursor(0n).load(new Uint8Array(15))).not.toBeNull();
  const page = new Uint8Array(16);
  page[8] = 1;
  expect(new TraceCursor(0n).load(page)).not.toBeNull();
});

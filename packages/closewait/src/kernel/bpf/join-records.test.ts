import { HELD_BYTES, HELD_KIND, HeldRecords } from '@closewait/core/codec';
import { array, assert, constantFrom, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordJoiner } from './join-records.ts';

function encode(kind: keyof typeof HELD_KIND, fd: number): Uint8Array {
  const bytes = Buffer.alloc(HELD_BYTES[kind]);
  bytes[0] = HELD_KIND[kind];
  bytes[1] = 8;
  bytes.writeUInt32LE(fd, 12);
  return bytes;
}

function joinRecords(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const joiner = new RecordJoiner((chunk) => chunks.push(chunk));
  for (const part of parts) joiner.add(part);
  joiner.end();
  return chunks;
}

describe('RecordJoiner', () => {
  it('makes whole records of bytes that were split anywhere, in their order', () => {
    const kinds = array(constantFrom('ipv4' as const, 'ipv6' as const, 'epoll' as const, 'ring' as const));
    assert(
      property(kinds, array(nat(700)), (records, lengths) => {
        const bytes = Buffer.concat(records.map(encode));
        const parts: Uint8Array[] = [];
        let at = 0;
        for (const length of lengths) {
          parts.push(bytes.subarray(at, at + length));
          at += length;
        }
        parts.push(bytes.subarray(at));
        const joined = joinRecords(parts);
        expect(Buffer.concat(joined)).toEqual(bytes);
        const read = HeldRecords.from(joined);
        expect(read.ok && Array.from(records, (_, index) => read.value.fdAt(index))).toEqual([...records.keys()]);
      }),
    );
  });

  it('keeps bytes that are no record, for the decoder to report', () => {
    const rubbish = [encode('epoll', 1), new Uint8Array(600).fill(9), new Uint8Array(30).fill(9)];
    expect(Buffer.concat(joinRecords(rubbish))).toEqual(Buffer.concat(rubbish));
    expect(HeldRecords.from(joinRecords(rubbish)).ok).toBe(false);
  });
});

import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBuildId } from './build-id.ts';

function note(name: string, type: number, value: readonly number[]): Buffer {
  const pad = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);
  const header = Buffer.alloc(12);
  header.writeUInt32LE(name.length + 1, 0);
  header.writeUInt32LE(value.length, 4);
  header.writeUInt32LE(type, 8);
  return Buffer.concat([header, Buffer.from(`${name}\0`), pad(name.length + 1), Buffer.from(value), pad(value.length)]);
}

describe('decodeBuildId', () => {
  it('finds the build id among other notes', () => {
    const notes = Buffer.concat([note('Xen', 3, [1, 2, 3]), note('GNU', 1, [9]), note('GNU', 3, [0xab, 0x0c, 0xde])]);
    expect(decodeBuildId(notes)).toBe('ab0cde');
  });

  it('finds none where there is none, or where the notes are cut', () => {
    const whole = note('GNU', 3, [1, 2, 3, 4]);
    expect(decodeBuildId(note('Linux', 257, [1]))).toBeNull();
    for (let length = 0; length < whole.length; length++) expect(decodeBuildId(whole.subarray(0, length))).toBeNull();
  });

  it('answers something or null to anything', () => {
    assert(property(uint8Array({ maxLength: 100 }), (bytes) => /^(?:[0-9a-f]+|null)$/.test(`${decodeBuildId(bytes)}`)));
  });
});

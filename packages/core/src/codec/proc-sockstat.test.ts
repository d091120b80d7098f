import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSocketsInUse } from './proc-sockstat.ts';

describe('decodeSocketsInUse', () => {
  it.each([
    ['sockets: used 95194\nTCP: inuse 95190 orphan 0 tw 7 alloc 95191 mem 95166\nUDP: inuse 3 mem 0\n', 95_190],
    ['TCP6: inuse 12\nUDP6: inuse 4\n', 12],
  ])('reads the sockets of one family: %j', (text, count) => {
    expect(decodeSocketsInUse(Buffer.from(text))).toEqual({ ok: true, value: count });
  });

  it('says what is missing', () => {
    expect(decodeSocketsInUse(Buffer.from('UDP: inuse 3 mem 0\n'))).toMatchObject({ ok: false });
  });

  it('takes whatever comes', () => {
    assert(property(uint8Array(), (bytes) => typeof decodeSocketsInUse(bytes).ok === 'boolean'));
  });
});

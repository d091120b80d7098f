import { type Arbitrary, array, assert, constant, integer, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6 } from './ip-address.ts';
import { parseIpAddress } from './parse-ip-address.ts';

/** Zeros are what IPv6 texts leave out. */
const byte = oneof(constant(0), integer({ min: 0, max: 255 }));
const bytes = (length: number): Arbitrary<Uint8Array> =>
  array(byte, { minLength: length, maxLength: length }).map((values) => Uint8Array.from(values));

describe('parseIpAddress', () => {
  it('gives back the bytes of every IPv4 text', () => {
    assert(
      property(bytes(4), (address) => {
        expect(parseIpAddress(formatIpv4(address))).toEqual(address);
      }),
    );
  });

  it('gives back the bytes of every IPv6 text', () => {
    assert(
      property(bytes(16), (address) => {
        expect(parseIpAddress(formatIpv6(address))).toEqual(address);
      }),
    );
  });

  it.each(['::', '::1', 'fe80::', '::ffff:192.0.2.1', '2001:db8::ff00:42:8329'])('knows %s', (text) => {
    expect(formatIpv6(parseIpAddress(text))).toBe(text);
  });
});

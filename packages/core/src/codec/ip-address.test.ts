import { describe, expect, it } from 'vitest';
import { createAddressTexts, formatIpv4, formatIpv6 } from './index.ts';

function ipv6(hex: string): string {
  return formatIpv6(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

describe('formatIpv6', () => {
  it.each([
    ['0000 0000 0000 0000 0000 0000 0000 0000', '::'],
    ['0000 0000 0000 0000 0000 0000 0000 0001', '::1'],
    ['2001 0db8 0000 0000 0000 0000 0000 0000', '2001:db8::'],
    ['2001 0db8 0000 0000 0001 0000 0000 0001', '2001:db8::1:0:0:1'],
    ['2001 0000 0000 0001 0000 0000 0000 0001', '2001:0:0:1::1'],
    ['2001 0db8 0000 0001 0001 0001 0001 0001', '2001:db8:0:1:1:1:1:1'],
    ['0000 0db8 aaaa bbbb cccc dddd eeee 0000', '0:db8:aaaa:bbbb:cccc:dddd:eeee:0'],
    ['0000 0000 0000 0000 0000 ffff c000 0201', '::ffff:192.0.2.1'],
    ['0000 0000 0000 0000 0000 0000 c000 0201', '::c000:201'],
    ['fe80 0000 0000 0000 0000 0000 0000 ABCD', 'fe80::abcd'],
  ])('spells %s as RFC 5952 does', (hex, text) => {
    expect(ipv6(hex)).toBe(text);
  });
});

describe('formatIpv4', () => {
  it('spells four bytes in network order', () => {
    expect(formatIpv4(new Uint8Array([255, 0, 2, 128]))).toBe('255.0.2.128');
  });
});

describe('createAddressTexts', () => {
  it('gives every address its own text when addresses share slots', () => {
    const texts = createAddressTexts();
    const view = new DataView(new ArrayBuffer(16));
    const numbers = Array.from({ length: 10_000 }, (_, number) => number);
    const look = () =>
      numbers.map((number) => {
        view.setUint32(12, number);
        return `${texts.ipv4(view, 12)} ${texts.ipv6(view, 0)}`;
      });
    const expected = numbers.map(
      (number) => `0.0.${number >> 8}.${number & 255} ::${number === 0 ? '' : number.toString(16)}`,
    );
    expect(look()).toEqual(expected);
    expect(look()).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { encodeInetDiagDump, isSocketMessage, SOCK_DIAG_BY_FAMILY } from './index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packed = (text: string): string => text.replaceAll(' ', '');

describe('a dump of both families', () => {
  it('is asked with the older message: struct nlmsghdr and struct inet_diag_req', () => {
    const bytes = encodeInetDiagDump({ family: 'any', states: ['CLOSE-WAIT'], extensions: ['info'] }, 7);
    expect(hex(bytes)).toBe(
      packed(`4c000000 1200 0103 07000000 00000000 00 00 00 02 ${'00'.repeat(48)} 00010000 00000000`),
    );
  });

  it('is answered with messages of its own type', () => {
    expect([18, SOCK_DIAG_BY_FAMILY, 3].map(isSocketMessage)).toEqual([true, true, false]);
  });
});

describe('a dump of one local port', () => {
  it('carries a program: at least the port, and at most the port, else out', () => {
    const bytes = encodeInetDiagDump({ family: 'any', states: ['LISTEN'], extensions: [], localPort: 0x1f90 }, 1);
    expect(hex(bytes.subarray(76))).toBe(packed('1400 0100 02081400 0000901f 03080c00 0000901f'));
    expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(bytes.length);
  });
});

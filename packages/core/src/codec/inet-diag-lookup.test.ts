import { describe, expect, it } from 'vitest';
import { encodeInetDiagDestroy, encodeInetDiagLookup } from './inet-diag-request.ts';

const SOCKET = {
  family: 'ipv4',
  local: { address: '192.0.2.1', port: 8000 },
  remote: { address: '198.51.100.7', port: 51_234 },
} as const;

describe('encodeInetDiagLookup', () => {
  it('asks for one socket by its addresses, of any cookie, and is no dump', () => {
    const bytes = encodeInetDiagLookup(SOCKET, 7);
    const view = new DataView(bytes.buffer);
    // struct nlmsghdr: length, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST alone, sequence.
    expect([
      view.getUint32(0, true),
      view.getUint16(4, true),
      view.getUint16(6, true),
      view.getUint32(8, true),
    ]).toEqual([72, 20, 0x01, 7]);
    // INET_DIAG_NOCOOKIE twice.
    expect([view.getUint32(64, true), view.getUint32(68, true)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    const named = encodeInetDiagDestroy({ ...SOCKET, cookie: 1n }, 7);
    expect(bytes.subarray(16, 64)).toEqual(named.subarray(16, 64));
  });
});

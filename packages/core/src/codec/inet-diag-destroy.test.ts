import { describe, expect, it } from 'vitest';
import { encodeInetDiagDestroy } from './inet-diag-request.ts';

describe('encodeInetDiagDestroy', () => {
  it('names one socket by family, ends and cookie, and asks for an acknowledgement', () => {
    const bytes = encodeInetDiagDestroy(
      {
        family: 'ipv4',
        local: { address: '192.0.2.1', port: 8000 },
        remote: { address: '198.51.100.7', port: 51_234 },
        cookie: 0x0000_0003_dead_beefn,
      },
      7,
    );
    const view = new DataView(bytes.buffer);
    expect(bytes).toHaveLength(72);
    // struct nlmsghdr: length, SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, sequence.
    expect([
      view.getUint32(0, true),
      view.getUint16(4, true),
      view.getUint16(6, true),
      view.getUint32(8, true),
    ]).toEqual([72, 21, 0x05, 7]);
    // AF_INET, IPPROTO_TCP.
    expect([bytes[16], bytes[17]]).toEqual([2, 6]);
    expect([view.getUint16(24), view.getUint16(26)]).toEqual([8000, 51_234]);
    expect([...bytes.subarray(28, 32)]).toEqual([192, 0, 2, 1]);
    expect([...bytes.subarray(44, 48)]).toEqual([198, 51, 100, 7]);
    expect(view.getUint32(60, true)).toBe(0);
    expect([view.getUint32(64, true), view.getUint32(68, true)]).toEqual([0xdead_beef, 3]);
  });

  it('names the interface that the socket is bound to', () => {
    const end = { address: '192.0.2.1', port: 1 };
    const bytes = encodeInetDiagDestroy({ family: 'ipv4', local: end, remote: end, cookie: 1n, interfaceIndex: 7 }, 1);
    expect(new DataView(bytes.buffer).getUint32(60, true)).toBe(7);
  });

  it('writes IPv6 addresses in full', () => {
    const end = (address: string) => ({ address, port: 1 });
    const bytes = encodeInetDiagDestroy(
      { family: 'ipv6', local: end('::1'), remote: end('2001:db8::2'), cookie: 1n },
      1,
    );
    expect(bytes[16]).toBe(10);
    expect([...bytes.subarray(28, 44)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([...bytes.subarray(44, 60)]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
  });
});

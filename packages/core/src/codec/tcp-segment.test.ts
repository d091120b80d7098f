import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTcpSegment, encodeTcpSegment, setTcpChecksum, TCP_FLAGS, type TcpFlag } from './tcp-segment.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

/** A SYN on loopback, with the options that Linux sends. */
const SYN = bytes(
  `4500003c 1c464000 40062074 7f000001 7f000001
   a0021f40 11223344 00000000 a002ffd7 fe300000 0204ffd7 0402080a 00000001 00000000 01030307`,
);

const port = fc.integer({ min: 0, max: 65_535 });
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const address = fc.ipV4();
const segment = fc.record({
  source: fc.record({ address, port }),
  destination: fc.record({ address, port }),
  sequence: word,
  acknowledgment: word,
  flags: fc.subarray<TcpFlag>([...TCP_FLAGS]),
  window: port,
  payload: fc.uint8Array({ maxLength: 99 }),
});

/** The one's complement sum over a header and its checksum is all ones, RFC 1071. */
function sum(words: Uint8Array, start: number): number {
  let total = start;
  for (let at = 0; at < words.length; at += 2) total += ((words[at] ?? 0) << 8) + (words[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x1_0000);
  return total;
}

describe('decodeTcpSegment', () => {
  it('reads addresses, ports, numbers, flags and options', () => {
    expect(decodeTcpSegment(SYN)).toMatchObject({
      ok: true,
      value: {
        family: 'ipv4',
        source: { address: '127.0.0.1', port: 40_962 },
        destination: { address: '127.0.0.1', port: 8000 },
        sequence: 0x1122_3344,
        acknowledgment: 0,
        flags: ['SYN'],
        options: { maximumSegmentBytes: 65_495, windowScale: 7, sackPermitted: true },
        payloadBytes: 0,
      },
    });
  });

  it('reads IPv6', () => {
    const packet = new Uint8Array(62);
    packet.set(bytes('60000000 0016 06 40'));
    packet[23] = 1;
    packet.set(bytes('20010db8'), 24);
    packet.set(bytes('0050 1f40 00000001 00000002 5011 0100 0000 0000 6869'), 40);
    expect(decodeTcpSegment(packet)).toMatchObject({
      ok: true,
      value: {
        source: { address: '::1', port: 80 },
        destination: { address: '2001:db8::', port: 8000 },
        flags: ['FIN', 'ACK'],
        payloadBytes: 2,
      },
    });
  });

  it('answers null for what is not TCP, and for a later fragment', () => {
    const udp = SYN.slice();
    udp[9] = 17;
    expect(decodeTcpSegment(udp)).toEqual({ ok: true, value: null });
    const fragment = SYN.slice();
    fragment[7] = 1;
    expect(decodeTcpSegment(fragment)).toEqual({ ok: true, value: null });
  });

  it('says what is cut, and where', () => {
    expect(decodeTcpSegment(SYN.subarray(0, 30))).toMatchObject({ ok: false, problem: { what: 'TCP header' } });
    expect(decodeTcpSegment(new Uint8Array())).toMatchObject({ ok: false, problem: { what: 'IP version' } });
  });
});

describe('encodeTcpSegment', () => {
  it('writes what is read back, with checksums that hold', () => {
    fc.assert(
      fc.property(segment, (outgoing) => {
        const packet = encodeTcpSegment(outgoing);
        const { payload, ...rest } = outgoing;
        expect(decodeTcpSegment(packet)).toMatchObject({ ok: true, value: { ...rest, payloadBytes: payload.length } });
        expect(sum(packet.subarray(0, 20), 0)).toBe(0xffff);
        const tcp = packet.subarray(20);
        expect(sum(tcp, sum(packet.subarray(12, 20), 6 + tcp.length))).toBe(0xffff);
      }),
    );
  });
});

describe('setTcpChecksum', () => {
  it('mends the checksum of a packet that has none', () => {
    const packet = SYN.slice();
    setTcpChecksum(packet);
    const partial = SYN.slice();
    partial[36] = 0;
    partial[37] = 0;
    setTcpChecksum(partial);
    expect(partial).toEqual(packet);
  });
});

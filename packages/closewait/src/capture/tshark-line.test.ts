import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';
import { parseTsharkLine, TSHARK_FIELDS } from './tshark-line.ts';

type Field = (typeof TSHARK_FIELDS)[number];

const SYN_OVER_IPV4: Partial<Record<Field, string>> = {
  'frame.time_epoch': '1795685343.531437000',
  'frame.encap_type': '1',
  'frame.protocols': 'eth:ethertype:ip:tcp',
  'ip.src': '192.0.2.1',
  'ip.dst': '192.0.2.2',
  'ip.flags.mf': '0',
  'ip.frag_offset': '0',
  'tcp.srcport': '40000',
  'tcp.dstport': '80',
  'tcp.seq_raw': '4294967295',
  'tcp.ack_raw': '0',
  'tcp.flags': '0x0002',
  'tcp.len': '0',
  'tcp.window_size_value': '65495',
};

function lineOf(fields: Partial<Record<Field, string>>): string {
  return TSHARK_FIELDS.map((field) => fields[field] ?? '').join('\t');
}

describe('a line of tshark', () => {
  it('is a segment', () => {
    expect(parseTsharkLine(lineOf(SYN_OVER_IPV4))).toEqual({
      atMs: 1_795_685_343_531.437,
      link: 'Ethernet',
      isTagged: false,
      content: {
        kind: 'segment',
        segment: {
          atMs: 1_795_685_343_531.437,
          source: { address: '192.0.2.1', port: 40_000 },
          destination: { address: '192.0.2.2', port: 80 },
          sequence: 4_294_967_295,
          acknowledgment: 0,
          bits: 2,
          payloadBytes: 0,
          window: 65_495,
          isFragment: false,
        },
      },
    });
  });

  it('tells the innermost IP header where one is inside of another', () => {
    const line = lineOf({
      ...SYN_OVER_IPV4,
      'frame.protocols': 'eth:ethertype:ip:ipv6:tcp',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
    });
    expect(parseTsharkLine(line)?.content).toMatchObject({
      segment: { source: { address: '2001:db8::1' }, destination: { address: '2001:db8::2' } },
    });
    const inIpv4 = lineOf({
      ...SYN_OVER_IPV4,
      'frame.protocols': 'eth:ethertype:ip:ip:tcp',
      'ip.src': '198.51.100.1,192.0.2.1',
      'ip.dst': '198.51.100.2,192.0.2.2',
      'ip.flags.mf': '0,0',
      'ip.frag_offset': '0,0',
    });
    expect(parseTsharkLine(inIpv4)?.content).toMatchObject({ segment: { source: { address: '192.0.2.1' } } });
  });

  it.each([
    ['True', true],
    ['1', true],
    ['False', false],
    ['0', false],
  ])('tells a first fragment in the words of either Wireshark: %s', (mf, isFragment) => {
    expect(parseTsharkLine(lineOf({ ...SYN_OVER_IPV4, 'ip.flags.mf': mf }))?.content).toMatchObject({
      segment: { isFragment },
    });
  });

  it.each([
    [{ 'frame.protocols': 'eth:ethertype:ip:data', 'ip.frag_offset': '185' }, 'fragment'],
    [{ 'frame.protocols': 'eth:ethertype:ip:udp' }, 'not-tcp'],
    [{ 'frame.protocols': 'eth:ethertype:arp' }, 'not-tcp'],
    [{ 'tcp.flags': '', 'tcp.seq_raw': '' }, 'cut'],
    [{ 'tcp.seq_raw': '4294967296' }, 'cut'],
    [{ 'tcp.seq_raw': '-1' }, 'cut'],
    [{ 'frame.protocols': 'eth:ethertype:ip:tcp:_ws.malformed', 'tcp.len': '' }, 'malformed'],
    [{ 'frame.encap_type': '20' }, 'link-not-read'],
  ])('is told apart: %j is %s', (changed, kind) => {
    expect(parseTsharkLine(lineOf({ ...SYN_OVER_IPV4, ...changed }))?.content.kind).toBe(kind);
  });

  it('has no other form', () => {
    expect(parseTsharkLine('')).toBeNull();
    expect(parseTsharkLine(`${lineOf(SYN_OVER_IPV4)}\t`)).toBeNull();
  });

  it('never throws, and names no link layer in foreign words', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 20, maxLength: 20 }), (columns) => {
        const packet = parseTsharkLine(columns.join('\t'));
        if (packet !== null) expect(packet.link).toMatch(/^[\w ]+$/);
      }),
    );
  });
});

describe('the lines of a stream', () => {
  it('are the same however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,8}$/)), fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const taken: string[] = [];
        const splitter = new LineSplitter((line) => taken.push(line));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        places.slice(1).forEach((end, index) => splitter.push(bytes.subarray(places[index], end)));
        expect(taken).toEqual(lines);
      }),
    );
  });

  it('end where one is endless', () => {
    const splitter = new LineSplitter(() => undefined);
    expect(splitter.push(Buffer.alloc(60_000, 'x'))).toBe(true);
    expect(splitter.push(Buffer.alloc(60_000, 'x'))).toBe(false);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countersMoved, decodeNetCounters } from './proc-net-counters.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** From /proc/net/snmp and /proc/net/netstat of Linux 6.18, shortened. */
const SNMP = `Tcp: RtoAlgorithm MaxConn InSegs OutRsts InCsumErrors
Tcp: 1 -1 204 3 0
IcmpMsg: OutType3
IcmpMsg: 2
Udp: InDatagrams
Udp: 18446744073709551615
`;

describe('decodeNetCounters', () => {
  it('names each counter with its group, with 64 bits and with the one that is negative', () => {
    const counters = decodeNetCounters(bytesOf(SNMP));
    expect(counters.ok && [...counters.value]).toEqual([
      ['Tcp:RtoAlgorithm', 1n],
      ['Tcp:MaxConn', -1n],
      ['Tcp:InSegs', 204n],
      ['Tcp:OutRsts', 3n],
      ['Tcp:InCsumErrors', 0n],
      ['IcmpMsg:OutType3', 2n],
      ['Udp:InDatagrams', 18446744073709551615n],
    ]);
  });

  it.each([
    ['an empty file', ''],
    ['values without names', 'Tcp:\nTcp: 1\n'],
    ['fewer values than names', 'Tcp: InSegs OutSegs\nTcp: 1\n'],
    ['values of another group', 'Tcp: InSegs\nUdp: 1\n'],
    ['a value that is no number', 'Tcp: InSegs\nTcp: many\n'],
    ['a name twice', 'Tcp: InSegs InSegs\nTcp: 1 2\n'],
    ['a last pair of which the values are missing', `${SNMP}Ip: Forwarding\n`],
    ['a file that was cut in its last line', SNMP.slice(0, -1)],
    ['text that is none of this', 'sl  local_address\n0: 0100007F:1F40\n'],
  ])('refuses %s', (_, text) => {
    expect(decodeNetCounters(bytesOf(text)).ok).toBe(false);
  });

  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
  const number = fc.bigInt({ min: -1n, max: (1n << 64n) - 1n });
  const file = fc.uniqueArray(
    fc.record({
      group: word,
      counters: fc.uniqueArray(fc.tuple(word, number), { selector: ([name]) => name, minLength: 1 }),
    }),
    { selector: ({ group }) => group, minLength: 1 },
  );
  const write = (
    groups: readonly { readonly group: string; readonly counters: readonly [string, bigint][] }[],
  ): string =>
    groups
      .map(({ group, counters }) => {
        const names = counters.map(([name]) => name).join(' ');
        return `${group}: ${names}\n${group}: ${counters.map(([, value]) => value).join(' ')}\n`;
      })
      .join('');

  it('reads back whatever the kernel could have written', () => {
    fc.assert(
      fc.property(file, (groups) => {
        const counters = decodeNetCounters(bytesOf(write(groups)));
        const expected = groups.flatMap(({ group, counters: own }) =>
          own.map(([name, by]) => [`${group}:${name}`, by]),
        );
        expect(counters.ok && [...counters.value]).toEqual(expected);
      }),
    );
  });

  it('refuses such a file wherever it is cut within a pair of lines', () => {
    fc.assert(
      fc.property(file, fc.double({ min: 0, max: 1, noNaN: true }), (groups, where) => {
        const text = write(groups);
        const cut = text.slice(0, Math.floor(text.length * where));
        const isWhole = cut !== '' && cut.endsWith('\n') && cut.split('\n').length % 2 === 1;
        expect(decodeNetCounters(bytesOf(cut)).ok).toBe(isWhole);
      }),
    );
  });

  it('answers, and does not throw, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(typeof decodeNetCounters(bytes).ok).toBe('boolean');
      }),
    );
  });
});

describe('countersMoved', () => {
  it('tells differences, and nothing of a counter that only one reading has', () => {
    const before = new Map([
      ['Tcp:InSegs', 4n],
      ['Tcp:CurrEstab', 1n],
      ['Tcp:OutSegs', 2n],
    ]);
    const after = new Map([
      ['Tcp:InSegs', 6n],
      ['Tcp:CurrEstab', 0n],
      ['Tcp:OutSegs', 2n],
      ['TcpExt:New', 9n],
    ]);
    expect([...countersMoved(before, after)]).toEqual([
      ['Tcp:InSegs', 2n],
      ['Tcp:CurrEstab', -1n],
    ]);
  });
});

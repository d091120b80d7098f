import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleProcess, sampleSocket } from '../../../../test/support/sample-report.ts';
import type { StuckConnection } from '../diagnose/index.ts';
import { known, type ProcessFacts, unknown } from '../facts/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import { buildConnectionRow } from './build-connection.ts';
import { connectionJsonLine, connectionProcessJson } from './connection-json-line.ts';
import { connectionRowSchema } from './schema.ts';

const uint32 = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
const uint64 = fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.constantFrom(0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n));
/** What a decoder makes of 64 bits: beyond 2^53 the nearest number. */
const counter = uint64.map(Number);
const endpoint = fc.record({
  address: fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((address) => `::ffff:${address}`),
  ),
  port: fc.integer({ min: 0, max: 65_535 }),
});

const connections: fc.Arbitrary<StuckConnection> = fc
  .record({
    local: endpoint,
    remote: endpoint,
    state: fc.constantFrom(...TCP_STATES),
    family: fc.constantFrom('ipv4', 'ipv6', 'ipv4-mapped'),
    numbers: fc.record({ netns: uint32, uid: uint32, inode: uint32, rxQueueBytes: uint32, txQueueBytes: uint32 }),
    cookie: uint64,
    bytes: fc.option(fc.record({ bytesReceived: counter, bytesSent: counter })),
    timer: fc.record({
      kind: fc.constantFrom('none', 'retransmit', 'keepalive', 'time-wait', 'persist'),
      expiresMs: uint32,
      retransmits: fc.nat(15),
    }),
    holders: fc.array(fc.record({ pid: fc.nat(), tid: fc.nat(), fd: fc.nat() }), { maxLength: 4 }),
    age: fc.record({
      ms: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })),
      is: fc.constantFrom('exact', 'at-least', 'since-first-seen'),
    }),
  })
  .map(({ numbers, bytes, holders, age, ...rest }) => {
    const { info } = sampleSocket();
    const told = bytes !== null && info.known ? known({ ...info.value, ...bytes }) : unknown('denied', 'EPERM');
    return { socket: sampleSocket({ ...rest, ...numbers, info: told }), holders, age } as const;
  });

const texts = fc.string({ unit: 'binary' });
const processes: fc.Arbitrary<ProcessFacts | null> = fc.option(
  fc.record({ name: texts, unit: fc.option(texts), seen: fc.boolean() }).map(({ name, unit, seen }) =>
    sampleProcess({
      name: seen ? known(name) : unknown('gone', 'ENOENT'),
      unit: known(unit),
      container: known({ runtime: 'podman', id: 'ab'.repeat(32) }),
    }),
  ),
);

describe('connectionJsonLine', () => {
  it('parses to the row that the table shows, which the published schema allows', () => {
    fc.assert(
      fc.property(connections, processes, (connection, process) => {
        const line = connectionJsonLine(connection, connectionProcessJson(process));
        const row = buildConnectionRow(connection, process);
        expect(line).not.toContain('\n');
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(row)));
        expect(connectionRowSchema.parse(JSON.parse(line))).toEqual(JSON.parse(line));
      }),
    );
  });

  it('writes the fields in the order of the built row', () => {
    fc.assert(
      fc.property(connections, (connection) => {
        expect(connectionJsonLine(connection, 'null')).toBe(JSON.stringify(buildConnectionRow(connection, null)));
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleInterest } from '../../../../test/support/sample-facts.ts';
import {
  sampleConnection,
  sampleDiagnosis,
  sampleFacts,
  sampleFinding,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-report.ts';
import type { StuckConnection } from '../diagnose/index.ts';
import { type CloseLook, known, type ProcessFacts, unknown } from '../facts/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import { buildConnection, buildConnectionRow } from './build-connection.ts';
import { buildReport } from './build-report.ts';
import { writeConnectionRows } from './connection-rows.ts';
import { ConnectionWriter } from './connection-writer.ts';
import { safeJson } from './safe-text.ts';
import { connectionRowSchema } from './schema.ts';
import { writeReport } from './write-report.ts';

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

/** What the close look knows: some connections are it. */
const SEEN = { pid: 4121, tid: 4121, fd: 7, inode: 700 } as const;

const connections: fc.Arbitrary<StuckConnection> = fc
  .record({
    local: endpoint,
    remote: endpoint,
    state: fc.constantFrom(...TCP_STATES),
    family: fc.constantFrom('ipv4', 'ipv6', 'ipv4-mapped'),
    numbers: fc.record({
      netns: uint32,
      uid: uint32,
      inode: fc.oneof(uint32, fc.constant(SEEN.inode)),
      rxQueueBytes: uint32,
      txQueueBytes: uint32,
    }),
    cookie: uint64,
    bytes: fc.option(fc.record({ bytesReceived: counter, bytesSent: counter })),
    timer: fc.record({
      kind: fc.constantFrom('none', 'retransmit', 'keepalive', 'time-wait', 'persist'),
      expiresMs: uint32,
      retransmits: fc.nat(15),
    }),
    holders: fc.array(
      fc.oneof(
        fc.record({ pid: fc.nat(), tid: fc.nat(), fd: fc.nat() }),
        fc.constant({ pid: SEEN.pid, tid: SEEN.tid, fd: SEEN.fd }),
      ),
      { maxLength: 4 },
    ),
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

const closeLooks: fc.Arbitrary<CloseLook | null> = fc.option(
  fc
    .record({ flag: fc.boolean(), isWhole: fc.boolean(), watches: fc.array(fc.boolean(), { maxLength: 3 }) })
    .map(({ flag, isWhole, watches }) => {
      const interests = watches.map((out) => sampleInterest({ in: true, out }));
      return {
        ...sampleCloseLook({
          interests: new Map(interests.length === 0 ? [] : [[SEEN.inode, interests]]),
          activity: {
            pid: SEEN.pid,
            closeOnExec: new Map([[SEEN.fd, flag]]),
            epolls: isWhole ? known([]) : unknown('denied', 'EACCES'),
          },
        }),
      };
    }),
);

function textOf(run: (write: (chunk: Uint8Array) => boolean) => void): string {
  const chunks: Uint8Array[] = [];
  run((chunk) => chunks.push(chunk.slice()) > 0);
  return Buffer.concat(chunks).toString();
}

describe('writeConnectionRows', () => {
  it('writes, byte by byte, what JSON.stringify makes of the rows of the table', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ connection: connections, owner: processes })), (rows) => {
        const text = textOf((write) => expect(writeConnectionRows(rows, write)).toBe(rows.length));
        const expected = rows.map(({ connection, owner }) => `${safeJson(buildConnectionRow(connection, owner))}\n`);
        expect(text).toBe(expected.join(''));
      }),
    );
  });

  it('writes rows that the published schema allows', () => {
    fc.assert(
      fc.property(connections, processes, (connection, owner) => {
        const row = JSON.parse(textOf((write) => writeConnectionRows([{ connection, owner }], write))) as unknown;
        expect(connectionRowSchema.parse(row)).toEqual(row);
      }),
    );
  });

  it('stops once nobody reads any more', () => {
    let chunks = 0;
    const row = { connection: sampleConnection(), owner: null };
    const endless = function* () {
      for (;;) yield row;
    };
    writeConnectionRows(endless(), () => ++chunks < 3);
    expect(chunks).toBe(3);
  });
});

describe('ConnectionWriter', () => {
  it('writes what a close look saw as buildConnection builds it', () => {
    fc.assert(
      fc.property(fc.array(connections), closeLooks, (list, closeLook) => {
        const text = textOf((write) => {
          const writer = new ConnectionWriter(closeLook, write);
          for (const connection of list) writer.add(connection, Buffer.from('}\n'));
          writer.flush();
        });
        const expected = list.map((connection) => `${JSON.stringify(buildConnection(connection, closeLook))}\n`);
        expect(text).toBe(expected.join(''));
      }),
    );
  });
});

describe('writeReport', () => {
  it('writes, byte by byte, what JSON.stringify makes of the report', () => {
    const finding = fc.record({ connections: fc.array(connections), title: texts }).map(sampleFinding);
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 3 }), closeLooks, texts, (findings, closeLook, name) => {
        const facts = sampleFacts({ closeLook, host: { name, kernel: '6.8', bootId: '"findings":[]' } });
        const options = { showArguments: false };
        const report = buildReport(facts, sampleDiagnosis(findings), options);
        const text = textOf((write) => writeReport(facts, sampleDiagnosis(findings), options, write));
        expect(text).toBe(`${safeJson(report)}\n`);
      }),
    );
  });
});

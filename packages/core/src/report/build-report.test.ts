import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import {
  sampleConnection,
  sampleConnections,
  sampleDiagnosis,
  sampleFacts,
  sampleFinding,
  sampleProcess,
  sampleSocket,
  TAKEN_AT_MS,
} from '../../../../test/support/sample-report.ts';
import type { Finding } from '../diagnose/index.ts';
import { type ClosedSocket, known, unknown } from '../facts/index.ts';
import { buildConnectionRow } from './build-connection.ts';
import { buildReport, LISTED_PER_FINDING } from './build-report.ts';
import type { Report } from './document.ts';
import { makeSchemaFiles, reportSchema } from './schema.ts';

const root = join(import.meta.dirname, '../../../..');

function readSchema(name: string): object {
  return JSON.parse(readFileSync(join(root, 'docs/schema', name), 'utf8')) as object;
}

function build(findings: readonly Finding[], showArguments = false): Report {
  return buildReport(sampleFacts(), sampleDiagnosis(findings, 3), { showArguments });
}

const HELD: ClosedSocket = {
  inode: 901,
  holders: [{ pid: 4121, tid: 4130, fd: 12 }],
  protocol: 'TCPv6',
  info: unknown('denied', 'pidfd_getfd: EPERM'),
};

describe('buildReport', () => {
  it('counts all connections and lists the oldest of them, oldest first', () => {
    const connections = sampleConnections(1000, 2_000_000).toReversed();
    const [finding] = build([sampleFinding({ connections })]).findings;
    const ages = Array.from({ length: LISTED_PER_FINDING }, (_, index) => 2_000_000 - index * 1000);
    expect(finding?.count).toBe(1000);
    expect(finding?.connections.map(({ ageMs }) => ageMs)).toEqual(ages);
    expect(finding).toMatchObject({ oldestAgeMs: 2_000_000, oldestAgeIs: 'exact', newestAgeMs: 1_001_000 });
  });

  it('counts peers most first, a mapped address as the IPv4 peer that it is', () => {
    const [finding] = build([sampleFinding({ connections: sampleConnections(8, 9000) })]).findings;
    expect(finding?.peers).toEqual([
      { address: '10.0.3.7', count: 6 },
      { address: '10.0.4.17', count: 2 },
    ]);
    expect(finding?.localPorts).toEqual([{ port: 8080, count: 8 }]);
    expect(finding).toMatchObject({ peerCount: 2 });
  });

  it('calls the oldest age exact only where every age is', () => {
    const bound = sampleConnection({ age: { ms: 10, is: 'at-least' } });
    const unaged = sampleConnection({ age: { ms: null, is: 'exact' } });
    const ages = [[bound], [unaged], []].map((more) => {
      const [finding] = build([sampleFinding({ connections: [sampleConnection(), ...more] })]).findings;
      return finding?.oldestAgeIs;
    });
    expect(ages).toEqual(['at-least', 'at-least', 'exact']);
  });

  it('lists connections without an age last, and knows no oldest where there is none', () => {
    const unaged = sampleConnection({ age: { ms: null, is: 'at-least' } });
    const [mixed] = build([sampleFinding({ connections: [unaged, sampleConnection()] })]).findings;
    expect(mixed?.connections.map(({ ageIs }) => ageIs)).toEqual(['exact', null]);
    const [none] = build([sampleFinding({ connections: [unaged] })]).findings;
    expect(none).toMatchObject({ oldestAgeMs: null, oldestAgeIs: null, newestAgeMs: null });
  });

  it('gives no age to a connection that is in another state', () => {
    const connections = [sampleConnection({ socket: sampleSocket({ state: 'ESTABLISHED' }) })];
    const [finding] = build([sampleFinding({ connections })]).findings;
    expect(finding?.connections[0]).toMatchObject({ ageMs: null, ageIs: null });
  });

  it('masks arguments unless they are asked for, and says how many', () => {
    const process = (showArguments: boolean): unknown => build([sampleFinding()], showArguments).findings[0]?.process;
    expect(process(false)).toMatchObject({ cmdline: ['/usr/bin/java'], maskedArguments: 4 });
    expect(process(true)).toMatchObject({ cmdline: expect.arrayContaining(['--token=secret']), maskedArguments: 0 });
    expect(JSON.stringify(build([sampleFinding()]))).not.toContain('secret');
  });

  it('counts the descriptors of a process on connections of any age and on closed sockets', () => {
    const diagnosis = { ...sampleDiagnosis([sampleFinding()]), descriptors: new Map([[4121, 2]]) };
    const report = buildReport(sampleFacts({ closed: [HELD] }), diagnosis, { showArguments: false });
    expect(report.findings[0]?.process?.descriptors).toEqual({
      open: 4012,
      limit: 4096,
      closeWait: 2,
      closedButHeld: 1,
    });
  });

  it('writes what is not known as null, and no limit as null too', () => {
    const denied = unknown('denied', 'EACCES');
    const process = sampleProcess({ exe: denied, startedAtMs: denied, commandLine: denied, descriptors: denied });
    const [unreadable] = build([sampleFinding({ process })]).findings;
    expect(unreadable?.process).toMatchObject({ exe: null, startedAt: null, cmdline: null, descriptors: null });
    const unlimited = known({ open: 5, softLimit: Number.POSITIVE_INFINITY, hardLimit: Number.POSITIVE_INFINITY });
    const [free] = build([sampleFinding({ process: sampleProcess({ descriptors: unlimited }) })]).findings;
    expect(free?.process?.descriptors?.limit).toBeNull();
  });
});

describe('docs/schema', () => {
  const ajv = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true }));
  const problem = unknown('denied', 'setns: EPERM', 'run as root');
  const report = buildReport(
    sampleFacts({
      countByState: null,
      namespaces: [{ inode: 1, path: '/run/netns/x', sockets: problem }],
      readers: [{ name: 'bpf', ok: false, ms: 0.2, problem }],
      unseen: [{ what: 'namespace /run/netns/x', problem }],
    }),
    sampleDiagnosis([sampleFinding({ closed: [HELD] }), sampleFinding({ process: null, listener: null })]),
    { showArguments: true },
  );

  it('is what the schemas in the source say', () => {
    for (const { path, text } of makeSchemaFiles()) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });

  it('allows the reports that are built, as does the strict reader', () => {
    const validate = ajv.compile(readSchema('report-v1.schema.json'));
    for (const document of [report, build([]), build([sampleFinding()])]) {
      const parsed: unknown = JSON.parse(JSON.stringify(document));
      expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
      expect(reportSchema.parse(parsed)).toEqual(parsed);
    }
  });

  it('refuses a report with a field that it does not know or without one that it does', () => {
    const validate = ajv.compile(readSchema('report-v1.schema.json'));
    const { takenAt, ...untimed } = report;
    expect(takenAt).toBe(new Date(TAKEN_AT_MS).toISOString());
    expect(validate(untimed)).toBe(false);
    expect(validate({ ...report, extra: 1 })).toBe(false);
  });

  it('allows the rows of ls', () => {
    const validate = ajv.compile(readSchema('connection-v1.schema.json'));
    const cookies = [5n, 2n ** 64n - 1n];
    const rows = cookies.map((cookie) =>
      buildConnectionRow(sampleConnection({ socket: sampleSocket({ cookie }) }), sampleProcess()),
    );
    for (const row of rows) expect(validate(row), JSON.stringify(validate.errors)).toBe(true);
  });
});

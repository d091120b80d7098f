import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { DROPPING_KERNEL, LITERAL_KERNEL, sampleStep, sampleTrial } from '../../../../test/support/sample-syn-fin.ts';
import { buildSynFinReport } from './build-syn-fin.ts';
import { synFinSchema } from './schema.ts';
import type { SynFinReport, SynFinTrial } from './syn-fin-document.ts';
import { formatSynFin } from './text-syn-fin.ts';

function reportOf(trials: readonly SynFinTrial[], kernel = 'Linux 0.0'): SynFinReport {
  return buildSynFinReport({ takenAt: '2026-01-02T03:04:05.678Z', kernel, windowMs: 220, tookMs: 900, trials });
}

const linesOf = (report: SynFinReport, width = 80): readonly string[] =>
  formatSynFin(report, { colour: false, width }).split('\n');

describe('formatSynFin', () => {
  it('writes a table by target, settings that fared alike in one row, and what followed below', () => {
    const lines = linesOf(reportOf(DROPPING_KERNEL));
    expect(lines).toContain('to a listening port');
    expect(lines).toContain('  SYN+FIN                   1 2      none     none         dropped by listener');
    expect(lines).toContain('    then ACK                         RST      none         OutRsts');
    expect(lines).toContain('  SYN+FIN in the window     1        ACK      ESTABLISHED  TCPChallengeACK');
  });

  it.each([80, 100, 120, 200])('fits %i columns, and never breaks a counter', (width) => {
    const lines = linesOf(reportOf([...DROPPING_KERNEL, ...LITERAL_KERNEL]), width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(width, 120));
    expect(lines.join('\n')).toContain('dropped by listener');
  });

  it('writes why a trial says nothing in the place of its answer', () => {
    const late = sampleTrial('listener', 'xmas', [sampleStep({ sight: 'late' })]);
    const notMade = { ...sampleTrial('syn-sent', 'syn-fin', []), notMade: 'no answer to connect' };
    const text = linesOf(reportOf([late, notMade])).join('\n');
    expect(text).toMatch(/FIN\+PSH\+URG \(Xmas\) +1 +too late\n/);
    expect(text).toMatch(/SYN\+FIN +1 +no answer to connect\n/);
    expect(text).toContain('do not hold, not every trial can be used.');
    expect(text).toContain('NO  a SYN to a closed port is answered by RST');
  });

  it('lets no control character of a kernel name through', () => {
    const [first = ''] = linesOf(reportOf(DROPPING_KERNEL, 'Linux \u001b[31m'));
    expect(first).toContain('\\x1b[31m');
  });
});

describe('the document', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../../docs/schema/syn-fin-v1.schema.json', import.meta.url), 'utf8'),
  ) as object;

  it.each([
    ['drops', DROPPING_KERNEL],
    ['accepts', LITERAL_KERNEL],
    ['was not looked at', []],
  ] as const)('of a kernel that %s is valid by both schemas', (_, trials) => {
    const report = reportOf(trials);
    const validate = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true })).compile(schema);
    validate(report);
    expect(validate.errors).toBeNull();
    expect(synFinSchema.parse(report)).toEqual(report);
  });

  it('is refused by the schema with a state that is none', () => {
    const report = reportOf(DROPPING_KERNEL);
    const broken = { ...report, verdict: { ...report.verdict, listener: 'eaten' } };
    expect(synFinSchema.safeParse(broken).success).toBe(false);
  });
});

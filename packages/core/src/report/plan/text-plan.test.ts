import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleProcess } from '../../../../../test/support/sample-facts.ts';
import {
  sampleFinding,
  samplePolicy,
  samplePolicyLook,
  sampleRule,
  sampleStuck,
  UNLIMITED,
} from '../../../../../test/support/sample-policy.ts';
import type { Diagnosis } from '../../diagnose/index.ts';
import { type ActionOutcome, known } from '../../facts/index.ts';
import { type Decision, makePlan, NO_STATE, type Policy } from '../../policy/index.ts';
import { buildPlan, formatPlan, type PlanDocument } from './index.ts';
import { planSchema } from './schema-plan.ts';

const inUse = sampleStuck({ cookie: 50n, remote: { address: '10.0.0.9', port: 4 } });
const findings = [
  sampleFinding({
    connections: Array.from({ length: 12 }, (_, index) =>
      sampleStuck(
        { cookie: BigInt(index + 1), remote: { address: '10.0.0.2', port: 50_000 + index } },
        { age: { ms: 600_000 - index * 1000, is: 'exact' } },
      ),
    ),
  }),
  sampleFinding({ id: 'b', process: sampleProcess({ pid: 9, name: known('\u001b[2Jx') }), connections: [inUse] }),
];
const closeLook = sampleCloseLook({ moved: new Set([50n]) });

function documentOf(policy: Policy, outcomes: ReadonlyMap<Decision, ActionOutcome> | null = null): PlanDocument {
  const { facts } = samplePolicyLook({ findings, closeLook });
  const diagnosis: Diagnosis = { findings, closeWait: 20, passing: 7, descriptors: new Map() };
  const { plan } = makePlan(policy, samplePolicyLook({ findings, closeLook }), NO_STATE);
  const first = plan.decisions.find(({ kind }) => kind === 'act');
  const carried = outcomes === null || first === undefined ? null : new Map([[first, [...outcomes.values()][0]]]);
  return buildPlan(plan, {
    facts,
    diagnosis,
    policy,
    file: 'reap.yaml',
    looks: 2,
    outcomes: carried as ReadonlyMap<Decision, ActionOutcome> | null,
  });
}

const format = (document: PlanDocument, explain = false, width = 80): string =>
  formatPlan(document, { version: '0.1.0', colour: false, width, explain });

const limited = samplePolicy({ mode: 'observe', rules: [sampleRule({ limits: { ...UNLIMITED, total: 2 } })] });

describe('a plan as text', () => {
  it('says what would be done, to what, and what holds the rest back', () => {
    expect(format(documentOf(limited))).toBe(`closewait 0.1.0   api-7   Linux 6.8.0   2 looks, 20 in CLOSE-WAIT

reap.yaml (1 rule, mode observe) would act on 2 of 13 stuck connections.
Nothing was changed.

would act   2  destroy: 'reap' matches (descriptor-leaked, likely)
      10 min  10.0.0.1:8080  10.0.0.2:50000  java 4121/7
  9 min 59 s  10.0.0.1:8080  10.0.0.2:50001  java 4121/7
wait       10  destroy: 'reap' matches, but this rule may act 2 times in one
               pass (descriptor-leaked, likely)
protect     1  half-close-in-use: bytes moved while it was watched
               (descriptor-leaked, likely)
`);
  });

  it('names every connection where it explains, and no control characters of names', () => {
    const text = format(documentOf(limited), true);
    for (const { connection } of documentOf(limited).decisions) expect(text).toContain(connection.remote);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('\\x1b[2Jx');
  });

  it.each([40, 80, 200])('keeps to %i columns but for the ends of connections', (width) => {
    const lines = format(documentOf(limited), true, width).split('\n');
    const rows = lines.filter((line) => !line.includes('10.0.0.1'));
    expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(Math.max(40, Math.min(120, width)));
  });

  it('counts what it does not name', () => {
    const text = format(documentOf(samplePolicy({ mode: 'observe' })));
    expect(text).toContain('would act on 12 of 13 stuck connections');
    expect(text).toContain('  and 2 more: --explain');
  });

  it('tells what became of what was carried out', () => {
    const outcome: ActionOutcome = { kind: 'changed', detail: 'another socket', hint: 'look again' };
    const text = format(documentOf(samplePolicy(), new Map([[{} as Decision, outcome]])), false);
    expect(text).toContain(' acted on 12 of 13 stuck connections.\n');
    expect(text).toMatch(/^acted +12 {2}destroy/m);
    expect(text).not.toContain('Nothing was changed');
    expect(text).toContain('      changed: another socket; look again');
  });

  it('says that no window is open', () => {
    const windows = [{ days: ['Sat'], fromMin: 0, toMin: 1440, timezone: 'UTC' }] as const;
    const text = format(documentOf(samplePolicy({ windows })));
    expect(text).toContain('would act on none of 13');
    expect(text).not.toMatch(/^acted/m);
    expect(text).toContain('No maintenance window is open.');
  });
});

describe('a plan as a document', () => {
  it.each([
    limited,
    samplePolicy(),
    samplePolicy({ rules: [sampleRule({ method: { method: 'none' } })] }),
  ])('is what its schema says', (policy) => {
    const document = documentOf(policy, new Map([[{} as Decision, { kind: 'ended', detail: 'x' }]]));
    expect(planSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it('counts every decision once', () => {
    const { totals, decisions } = documentOf(limited);
    expect(totals).toEqual({
      closeWait: 20,
      passing: 7,
      closedButHeld: 0,
      act: 0,
      observe: 2,
      wait: 10,
      exempt: 0,
      protected: 1,
    });
    expect(decisions).toHaveLength(13);
  });
});

import { CAUSE_IDS } from '@closewait/core/facts';
import { makePlan, NO_STATE } from '@closewait/core/policy';
import { describe, expect, it } from 'vitest';
import { sampleOrders } from '../../../../../test/support/sample-orders.ts';
import {
  sampleFinding,
  samplePolicy,
  samplePolicyLook,
  sampleRule,
  sampleStuck,
} from '../../../../../test/support/sample-policy.ts';
import { carryOut } from './executor.ts';

describe('carrying out', () => {
  const findings = [sampleFinding({ connections: [3n, 1n, 2n].map((cookie) => sampleStuck({ cookie })) })];
  const limits = { perProcess: 2, total: 2, perHour: 2 };

  it('does what the plan decided and nothing else, in its order', async () => {
    const { plan } = makePlan(samplePolicy({ limits }), samplePolicyLook({ findings }), NO_STATE);
    const outcomes = await carryOut(plan, {
      execute: (decisions) =>
        Promise.resolve(new Map(decisions.map((one) => [one, { kind: 'ended', detail: `${one.connection.cookie}` }]))),
    });
    expect([...outcomes].map(([{ connection }, { detail }]) => [`${connection.cookie}`, detail])).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  it('does nothing of a plan that observes', async () => {
    const { plan } = makePlan(samplePolicy({ mode: 'observe' }), samplePolicyLook({ findings }), NO_STATE);
    const outcomes = await carryOut(plan, { execute: () => Promise.reject(new Error('acted')) });
    expect(outcomes.size).toBe(0);
  });
});

describe('auto of a policy and of an order', () => {
  const rules = [sampleRule({ method: { method: 'auto' }, allowPossible: true })];
  // The one is protected before any rule is asked, the other is no connection any more.
  const causes = CAUSE_IDS.filter((cause) => cause !== 'half-close-in-use' && cause !== 'closed-but-held');

  it.each(
    causes.flatMap((cause) => [[cause, 'likely'] as const, [cause, 'possible'] as const]),
  )('do the same, or say the same sentence why not: %s, %s', (cause, confidence) => {
    const findings = [sampleFinding({ cause, confidence })];
    const [decision] = makePlan(samplePolicy({ rules }), samplePolicyLook({ findings }), NO_STATE).plan.decisions;
    const [order] = sampleOrders({ method: 'auto' }, findings);
    if (order === undefined || decision === undefined) throw new Error('one connection is stuck');
    expect(decision.action?.method).toBe(order.action?.method);
    if (order.refusal !== null) expect(decision.why).toContain(order.refusal.why);
  });
});

import type { ActionMethod, OutcomeKind } from '@closewait/core/facts';
import type { OrderResult } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { describe, expect, it } from 'vitest';
import { CAUSE_SCENARIOS, type CauseScenario } from '../../packages/closewait/src/lab/index.ts';
import { closeScenario } from '../support/close-scenario.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

/** With `CLOSEWAIT_ALL_METHODS=1` every scenario is closed in every way, which `npm run nightly` does. */
const everything = process.env['CLOSEWAIT_ALL_METHODS'] === '1';

const WAYS = ['destroy', 'shutdown', 'timeout', 'limit', 'thaw', 'auto'] as const;

/** One of each kind: forgotten, blocked, of two legs, in a queue, stopped, frozen, in use. */
const SAMPLE: Readonly<Record<string, readonly (typeof WAYS)[number][]>> = {
  'close-missing': ['auto'],
  'writer-blocked': ['auto'],
  'half-closed-relay-loop': ['auto'],
  'descriptor-limit': ['auto'],
  'process-stopped': ['thaw'],
  'process-stopped-frozen': ['thaw'],
  'half-close-in-use': ['destroy'],
};

const PLAYS = CAUSE_SCENARIOS.flatMap((scenario) =>
  (everything ? WAYS : (SAMPLE[scenario.name] ?? [])).map((way) => ({ scenario, name: scenario.name, way })),
);

/** Programs of the laboratory that have a second flaw: they do not close when what they wait for comes. */
const HAS_ANOTHER_FLAW: readonly string[] = [
  'half-closed-relay',
  'descriptor-limit',
  'descriptor-limit-unwatched',
  'descriptor-limit-doze',
];
/** These leave their loop with the error, and keep the descriptor. */
const KEEPS_DESCRIPTOR: readonly string[] = ['writer-blocked', 'writer-blocked-thread', 'writer-blocked-poll'];

/** What the sighting afterwards says of what an action was to give back. */
function checkFreed({ order, before, after, outcome }: OrderResult, scenario: CauseScenario): void {
  const { frees, action } = order;
  if (action === null || frees === null) return;
  const left = after.state !== 'CLOSE-WAIT' && after.state !== null;
  if (HAS_ANOTHER_FLAW.includes(scenario.name)) return;
  if (frees.connection !== 'depends') expect({ left }).toEqual({ left: frees.connection === 'yes' });
  if (before.descriptor === 'open' && frees.descriptor !== 'depends' && !KEEPS_DESCRIPTOR.includes(scenario.name)) {
    expect({ open: after.descriptor === 'open' }).toEqual({ open: frees.descriptor === 'no' });
  }
  const isOfProcess = action.method === 'limit' || action.method === 'thaw';
  const expected: OutcomeKind = left || isOfProcess ? 'ended' : 'unconfirmed';
  expect(outcome.kind, outcome.detail).toBe(expected);
}

describe('closing what the laboratory builds', () => {
  it('plays every scenario of the sample', () => {
    const names = CAUSE_SCENARIOS.map(({ name }) => name);
    expect(Object.keys(SAMPLE).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(PLAYS)('$name, $way: gives back what was measured, or says why nothing is done', async ({
    scenario,
    way,
  }) => {
    const results = await closeScenario(scenario, { method: way });
    expect(results.length).toBeGreaterThan(0);
    for (const result of results) {
      checkFreed(result, scenario);
      if (result.order.action === null) expect(result.outcome.kind).toBe('refused');
      else expect(isConnection(result.order.target)).toBe(true);
    }
    const methods = new Set(results.flatMap(({ order }) => order.action?.method ?? []));
    expect([...methods]).toEqual(methodsOf(scenario, way));
  });
});

const AUTO: Readonly<Partial<Record<string, ActionMethod>>> = {
  'writer-blocked': 'timeout',
  'half-closed-relay': 'shutdown',
  'descriptor-limit': 'limit',
};

/** Nothing to copy of what nobody has, nothing to thaw where nobody is stopped, nothing to end where it is in use. */
function methodsOf({ name, cause, looksLike }: CauseScenario, way: (typeof WAYS)[number]): readonly ActionMethod[] {
  const seen: string = looksLike ?? cause;
  if (seen === 'half-close-in-use' || seen === 'closed-but-held') return [];
  if (way === 'auto') return AUTO[seen] === undefined ? [] : [AUTO[seen]];
  const isUnheld = ['never-accepted', 'descriptor-limit', 'holder-hidden'].includes(seen);
  if ((way === 'shutdown' || way === 'timeout') && isUnheld) return [];
  if (way === 'thaw' && (seen !== 'process-stopped' || name === 'process-stopped-traced')) return [];
  return [way];
}

import type { ActionMethod, OutcomeKind } from '@closewait/core/facts';
import type { OrderResult } from '@closewait/core/orders';
import { FORGOTTEN_CAUSES, isConnection, type OrderMethod } from '@closewait/core/ways';
import { beforeAll, describe, expect, it } from 'vitest';
import { CAUSE_SCENARIOS, type CauseScenario } from '../../packages/closewait/src/lab/index.ts';
import { closeScenario, WAYS } from '../support/close-scenario.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { SharedLooks } from '../support/shared-looks.ts';

expectNothingLeaked();

/** Scenarios that are played at the same time: they wait most of the time, and two processors are busy with no more of them. */
const AT_ONCE = 10;

/** They have few connections and are played for nearly each way anew: the sooner they begin, the sooner all is over. */
const TAKES_LONGEST: readonly string[] = ['writer-blocked', 'half-closed-relay', 'descriptor-limit'];

type Closed = Awaited<ReturnType<typeof closeScenario>>;
const played = new Map<CauseScenario, Closed | Error>();

beforeAll(async () => {
  const looks = new SharedLooks();
  const waiting = CAUSE_SCENARIOS.toSorted((a, b) => rankOf(a) - rankOf(b));
  const playNext = async (): Promise<void> => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      const closing = closeScenario(scenario, looks);
      played.set(scenario, await closing.catch((cause: unknown) => new Error('it was not played', { cause })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playNext));
}, 400_000);

const rankOf = ({ cause }: CauseScenario): number => (TAKES_LONGEST.includes(cause) ? 0 : 1);

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
  const { frees, action, target } = order;
  if (action === null || frees === null) return;
  if (isConnection(target)) expect(before.state).toBe('CLOSE-WAIT');
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

const AUTO: Readonly<Partial<Record<string, ActionMethod>>> = {
  'writer-blocked': 'timeout',
  'half-closed-relay': 'shutdown',
  'descriptor-limit': 'limit',
};

/** Nothing to copy of what nobody has, nothing to thaw where nobody is stopped, nothing to end where it is in use or has ended. */
function methodsOf({ name, cause, looksLike }: CauseScenario, way: OrderMethod): readonly ActionMethod[] {
  const seen = looksLike ?? cause;
  if (seen === 'half-close-in-use') return [];
  if (way === 'free-descriptor') return FORGOTTEN_CAUSES.some((forgotten) => forgotten === seen) ? [way] : [];
  if (seen === 'closed-but-held') return [];
  if (way === 'auto') return AUTO[seen] === undefined ? [] : [AUTO[seen]];
  const isUnheld = ['never-accepted', 'descriptor-limit', 'holder-hidden'].includes(seen);
  if ((way === 'shutdown' || way === 'timeout') && isUnheld) return [];
  // Nobody is known whose limit it could be. Who has an io_uring can be seen.
  if (way === 'limit' && seen === 'holder-hidden' && name !== 'holder-hidden-io-uring') return [];
  if (way === 'thaw' && (seen !== 'process-stopped' || name === 'process-stopped-traced')) return [];
  return [way];
}

describe('closing what the laboratory builds', () => {
  const plays = CAUSE_SCENARIOS.flatMap((scenario) => WAYS.map((way) => ({ scenario, name: scenario.name, way })));

  it.each(plays)('$name, $way: gives back what was measured, or says why nothing is done', ({ scenario, way }) => {
    const closed = played.get(scenario);
    if (closed === undefined || closed instanceof Error) throw closed ?? new Error('it was not played');
    const results = closed.get(way) ?? [];
    expect(results.length).toBeGreaterThan(0);
    for (const result of results) {
      checkFreed(result, scenario);
      const { order, outcome } = result;
      if (order.action === null) expect(outcome).toMatchObject({ kind: 'refused', detail: order.refusal?.why });
      else expect(isConnection(order.target) || way === 'free-descriptor').toBe(true);
    }
    const methods = new Set(results.flatMap(({ order }) => order.action?.method ?? []));
    expect([...methods]).toEqual(methodsOf(scenario, way));
  });
});

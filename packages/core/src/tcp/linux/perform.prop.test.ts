import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { step } from '../step.ts';
import {
  isPossible,
  LINUX_RULE_IDS,
  type LinuxPair,
  type LinuxRuleId,
  type ModelAction,
  otherSide,
  type Performed,
  perform,
  type Side,
  segmentLength,
  UNUSED_PAIR,
} from './index.ts';

const SIDE = fc.constantFrom<Side>('a', 'b');
const ACTION: fc.Arbitrary<ModelAction> = fc.oneof(
  { weight: 8, arbitrary: SIDE.map((at) => ({ does: 'deliver' as const, at })) },
  fc.tuple(fc.constantFrom('connect', 'close', 'abort', 'destroy', 'lose'), SIDE).map(([does, at]) => ({ does, at })),
  fc
    .tuple(fc.constantFrom('send', 'read'), SIDE, fc.integer({ min: 1, max: 4 }))
    .map(([does, at, bytes]) => ({ does, at, bytes })),
  fc
    .tuple(SIDE, fc.constantFrom('read', 'write', 'both'))
    .map(([at, half]) => ({ does: 'shutdown' as const, at, half })),
  fc
    .constantFrom(
      ...(['listen', 'accept', 'close listener', 'shut down listener', 'connect listener', 'wait'] as const),
    )
    .map((does) => ({ does })),
);
const SEQUENCE = fc
  .tuple(
    fc.constantFrom<readonly ModelAction[]>([], [{ does: 'listen' }, { does: 'connect', at: 'a' }]),
    fc.array(ACTION, { maxLength: 60, size: 'max' }),
  )
  .map(([beginning, actions]) => [...beginning, ...actions]);
const WITHOUT = fc.subarray([...LINUX_RULE_IDS]).map((rules): ReadonlySet<LinuxRuleId> => new Set(rules));
const NONE: ReadonlySet<LinuxRuleId> = new Set();

interface Turned {
  readonly before: LinuxPair;
  readonly action: ModelAction;
  readonly performed: Performed;
}

function performAll(actions: readonly ModelAction[], without = NONE): readonly Turned[] {
  const turns: Turned[] = [];
  let pair: LinuxPair = UNUSED_PAIR;
  for (const action of actions) {
    if (!isPossible(pair, action)) continue;
    const performed = perform(pair, action, without);
    turns.push({ before: pair, action, performed });
    pair = performed.pair;
  }
  return turns;
}

describe('the model of two Linux ends', () => {
  it('answers every possible action in every pair that can be reached, whatever rules it is without', () => {
    fc.assert(fc.property(SEQUENCE, WITHOUT, (actions, without) => void performAll(actions, without)));
  });

  it('has no transition of its own: each is one of step(), or a named rule', () => {
    const check = fc.property(SEQUENCE, (actions) => {
      for (const { before, performed } of performAll(actions)) {
        const { pair, reasons } = performed;
        const rules = reasons.some((reason) => 'rule' in reason);
        for (const side of ['a', 'b'] as const) {
          let { state } = before[side];
          for (const reason of reasons) {
            if ('rule' in reason || reason.at !== side) continue;
            const { from, event, to } = reason;
            expect(step(from, event, pair[side].opening).state).toBe(to);
            // A call on a descriptor whose connection is kept outside of its socket meets CLOSED, and moves nothing.
            if (from === to) continue;
            if (from !== 'LISTEN' || state === 'CLOSED') state = to === 'LISTEN' ? 'CLOSED' : to;
          }
          if (!rules) expect(pair[side].state).toBe(state);
        }
      }
    });
    fc.assert(check, { numRuns: 500 });
  });

  it('keeps what belongs together together', () => {
    const check = fc.property(SEQUENCE, (actions) => {
      for (const { performed } of performAll(actions)) {
        for (const side of ['a', 'b'] as const) {
          const end = performed.pair[side];
          expect(end.entry === 'none').toBe(end.state === 'CLOSED');
          if (end.entry === 'outside') expect(['FIN-WAIT-2', 'TIME-WAIT']).toContain(end.state);
          if (end.entry === 'request') expect(end.state).toBe('SYN-RECEIVED');
          if (end.holder === 'queue') expect(performed.pair.listener).toBe('open');
          expect(end.sendUnacknowledged).toBeLessThanOrEqual(end.sendNext);
          expect(end.unreadBytes).toBeGreaterThanOrEqual(0);
        }
      }
    });
    fc.assert(check, { numRuns: 500 });
  });

  it('delivers in order what was sent: no end has received more than the other one has sent', () => {
    const check = fc.property(SEQUENCE, (actions) => {
      const sent = { a: 0, b: 0 };
      for (const { performed } of performAll(actions)) {
        for (const side of ['a', 'b'] as const) {
          for (const segment of performed.sent[side]) {
            if (segment.sequence !== null) sent[side] = Math.max(sent[side], segment.sequence + segmentLength(segment));
          }
          expect(performed.pair[otherSide(side)].receiveNext).toBeLessThanOrEqual(sent[side]);
        }
      }
    });
    fc.assert(check, { numRuns: 500 });
  });
});

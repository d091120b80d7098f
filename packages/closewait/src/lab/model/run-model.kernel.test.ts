import { randomInt } from 'node:crypto';
import { isOrderly, TRANSITIONS } from '@closewait/core/tcp';
import { describeAction, LINUX_RULE_IDS, type LinuxRuleId } from '@closewait/core/tcp/linux';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { transitionKey } from './coverage.ts';
import { describeStep } from './describe-step.ts';
import { type ModelOutcome, runModel } from './run-model.ts';

expectNothingLeaked();

/** Draws sequences that exercise every rule and every transition that sequences can lead to. */
const THOROUGH_SEED = 9;
const RUNS = 300;
/** Transitions that take more than calls, deliveries and losses; `closewait lab model` says what. */
const OUT_OF_REACH = [
  'LISTEN active OPEN SYN-SENT',
  'LISTEN SEND SYN-SENT',
  'SYN-RECEIVED rcv SYN LISTEN',
  'SYN-RECEIVED rcv SYN,ACK LISTEN',
  'LAST-ACK rcv FIN,ACK of FIN CLOSED',
  'FIN-WAIT-2 rcv FIN,ACK of FIN TIME-WAIT',
  'CLOSING rcv FIN,ACK of FIN TIME-WAIT',
  'TIME-WAIT 2MSL timeout CLOSED',
];

function run(seed: number, without: readonly LinuxRuleId[] = []): Promise<ModelOutcome> {
  const { signal } = new AbortController();
  return runModel({
    runs: RUNS,
    seed,
    without: new Set(without),
    signal,
    onRun: () => undefined,
    // Where it shall disagree, nothing is worth waiting for.
    ...(without.length > 0 ? { patienceMs: 500 } : {}),
  });
}

/** What a failure has to show. */
function counterExample({ disagreement }: ModelOutcome): unknown {
  return disagreement?.played.steps.map(describeStep) ?? null;
}

describe('the model of two Linux ends', () => {
  it('agrees with this kernel, which goes through every state, every reachable transition and every departure', async () => {
    const outcome = await run(THOROUGH_SEED);
    expect(counterExample(outcome)).toBeNull();
    const { runs, states, transitions, rules } = outcome.coverage;
    expect(runs).toBe(RUNS);
    expect([...states].filter(([, seen]) => seen === 0)).toEqual([]);
    const orderly = TRANSITIONS.filter(({ event }) => isOrderly(event));
    const keys = orderly.map(({ from, event, to }) => transitionKey(from, event, to));
    expect(keys.filter((key) => !transitions.has(key))).toEqual(OUT_OF_REACH.filter((key) => keys.includes(key)));
    expect(LINUX_RULE_IDS.filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it('agrees on sequences that nobody has seen before', async () => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`closewait lab model --runs ${RUNS} --seed ${seed}\n`);
    const outcome = await run(seed);
    expect(counterExample(outcome), `seed ${seed}`).toBeNull();
    expect(outcome.coverage.runs).toBe(RUNS);
  });

  it('is caught when it lacks a departure, by a sequence that shows no more than that', async () => {
    const { disagreement } = await run(THOROUGH_SEED, ['unread-data-resets']);
    const steps = disagreement?.played.steps ?? [];
    const last = steps.at(-1);
    expect(last?.action.does).toBe('close');
    // The model sends a FIN, the kernel a RST.
    const flagsOf = (told: 'model' | 'kernel'): readonly string[] =>
      [last?.[told].sent.a, last?.[told].sent.b].flatMap((sent) => sent?.map(({ flags }) => flags.join()) ?? []);
    expect([flagsOf('model'), flagsOf('kernel')]).toEqual([['FIN,ACK'], ['RST,ACK']]);
    expect(disagreement?.shrinks).toBeGreaterThan(0);
    // Opening (6), accepting, sending, delivering and closing are all that it takes.
    expect(steps.map(({ action }) => describeAction(action)).length).toBeLessThanOrEqual(11);
  });

  it('is caught when a closed listener would close its connections in order', async () => {
    const { disagreement } = await run(THOROUGH_SEED, ['listener-close-resets-queue']);
    const last = disagreement?.played.steps.at(-1);
    expect(last?.action.does).toMatch(/^(close|shut down) listener$/);
    expect(last?.model.view.b.state).toBe('FIN-WAIT-1');
    expect(last?.kernel.view.b.state).toBe('CLOSED');
  });

  it('ends when it is interrupted, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = runModel({
      runs: 100_000,
      seed: 1,
      without: new Set(),
      signal: controller.signal,
      onRun: (done) => {
        if (done === 5) controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
  });
});

import { describe, expect, it } from 'vitest';
import { TRANSITIONS } from '../tcp/index.ts';
import { LINUX_RULE_IDS } from '../tcp/linux/index.ts';
import { buildModelReport, type ModelRunFacts } from './build-model.ts';
import type { ModelStep } from './model-document.ts';
import { whyUnreached } from './model-unreached.ts';
import { modelSchema } from './schema-model.ts';
import { formatModel } from './text-model.ts';

const FACTS: ModelRunFacts = {
  takenAt: '2026-11-26T10:00:00.000Z',
  kernel: 'Linux 6.18.0',
  seed: 7,
  runs: 300,
  steps: 3744,
  repeats: 0,
  tookMs: 12_345,
  without: [],
  leftOut: [],
  disagreement: null,
};

const COUNTS = {
  states: new Map([['CLOSE-WAIT', 91] as const]),
  transitions: [{ from: 'ESTABLISHED', event: 'rcv FIN', to: 'CLOSE-WAIT', seen: 91 } as const],
  rules: new Map([['unread-data-resets', 11] as const]),
};

const STEP: ModelStep = {
  action: 'a closes',
  model: {
    answer: 0,
    a: 'FIN-WAIT-1 (no descriptor)',
    b: 'ESTABLISHED',
    acceptQueue: null,
    sent: ['a: FIN,ACK seq 1 ack 2'],
  },
  kernel: { answer: 0, a: 'CLOSED', b: 'ESTABLISHED', acceptQueue: null, sent: ['a: RST,ACK seq 1 ack 2'] },
  reasons: ['RFC 9293 3.10.4: CLOSE at a in ESTABLISHED, to FIN-WAIT-1'],
};

describe('the report of a run of the model', () => {
  it('has a row for each state, orderly transition and rule, and keeps to its schema', () => {
    const report = buildModelReport(FACTS, COUNTS);
    expect(modelSchema.parse(report)).toEqual(report);
    expect(report.states).toHaveLength(11);
    expect(report.rules.map(({ rule }) => rule)).toEqual(LINUX_RULE_IDS);
    expect(report.transitions.find(({ event, from }) => event === 'rcv FIN' && from === 'ESTABLISHED')?.seen).toBe(91);
    expect(report.transitions.filter(({ event }) => event === 'ABORT' || event === 'rcv RST')).toEqual([]);
  });

  it('explains only transitions that exist', () => {
    const explained = TRANSITIONS.filter(({ from, event, to }) => whyUnreached(from, event, to) !== null);
    expect(explained).toHaveLength(8);
    expect(whyUnreached('ESTABLISHED', 'rcv FIN', 'CLOSE-WAIT')).toBeNull();
  });

  it('ends with the verdict and with the command that draws the same sequences', () => {
    const text = formatModel(buildModelReport(FACTS, COUNTS), { colour: false, width: 80 });
    expect(text.trimEnd().split('\n').slice(-5)).toEqual([
      'Model and kernel agreed after each of 3,744 steps of 300 sequences.',
      'On the state and queues of both ends, the accept queue, what every call',
      'returned, and every segment on the wire.',
      'Linux 6.18.0, 12 s.',
      'Again: closewait lab model --runs 300 --seed 7',
    ]);
    expect(text).toContain('      11  unread-data-resets');
  });

  it('says what the sequences had to do without', () => {
    const facts = { ...FACTS, leftOut: ['SOCK_DESTROY, which this kernel does not have.'] };
    const text = formatModel(buildModelReport(facts, COUNTS), { colour: false, width: 80 });
    expect(text).toContain('\nLeft out: SOCK_DESTROY, which this kernel does not have.\n');
  });

  it.each([80, 100, 120])('fits %i columns', (width) => {
    const reports = [FACTS, { ...FACTS, disagreement: { shrinks: 3, steps: [STEP, STEP] } }];
    for (const facts of reports) {
      const text = formatModel(buildModelReport(facts, COUNTS), { colour: false, width });
      expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
    }
  });

  it('shows a disagreement instead of what was covered, and both voices at its last step', () => {
    const facts: ModelRunFacts = {
      ...FACTS,
      without: ['unread-data-resets'],
      disagreement: { shrinks: 1, steps: [{ ...STEP, kernel: STEP.model }, STEP] },
    };
    const text = formatModel(buildModelReport(facts, COUNTS), { colour: false, width: 80 });
    expect(text).toBe(`Model and kernel disagree on the last of these 2 steps (made smaller 1 time):

  1.  a closes: 0
      a        FIN-WAIT-1 (no descriptor)
      b        ESTABLISHED
      sent     a: FIN,ACK seq 1 ack 2
               RFC 9293 3.10.4: CLOSE at a in ESTABLISHED, to FIN-WAIT-1

  2.  a closes
      The model says: 0
      a        FIN-WAIT-1 (no descriptor)
      b        ESTABLISHED
      sent     a: FIN,ACK seq 1 ack 2
               RFC 9293 3.10.4: CLOSE at a in ESTABLISHED, to FIN-WAIT-1
      The kernel says: 0
      a        CLOSED
      b        ESTABLISHED
      sent     a: RST,ACK seq 1 ack 2

Linux 6.18.0, 12 s.
Again: closewait lab model --runs 300 --seed 7 --without unread-data-resets
`);
  });
});

import { PEERS, REMEDIES, type RemedyCause } from '@closewait/core/experiment';
import { CAUSE_IDS } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { planRemedies } from './plan.ts';

const CAUSES: readonly RemedyCause[] = CAUSE_IDS.filter((id) => id !== 'undetermined');
const WHOLE = planRemedies(
  CAUSES,
  REMEDIES.map(({ id }) => id),
);

describe('the plan of the matrix', () => {
  it('has every place once: to be measured, or with a reason why not', () => {
    const cells = [...WHOLE.troupes.flatMap((troupe) => troupe.cells), ...WHOLE.notApplicable];
    const places = cells.map(({ cause, remedy, peer }) => `${cause} ${remedy} ${peer}`);
    expect(new Set(places).size).toBe(places.length);
    expect(places).toHaveLength(CAUSES.length * REMEDIES.length * PEERS.length);
    for (const { why } of WHOLE.notApplicable) expect(why).not.toBe('');
  });

  it('gives a process of its own to what is done to a whole process', () => {
    for (const { cells } of WHOLE.troupes) {
      const remedies = new Set(cells.map(({ remedy }) => remedy));
      for (const alone of ['raise-limit', 'restart'] as const)
        if (remedies.has(alone)) expect([...remedies]).toEqual([alone]);
      if (remedies.has('sysctl-alone')) expect([...remedies].toSorted()).toEqual(['sysctl-alone', 'sysctl-keepalive']);
    }
  });

  it('measures what is without a remedy with every choice: the others are compared with it', () => {
    const { troupes } = planRemedies(['worker-stuck'], ['restart']);
    expect(troupes.map(({ cells }) => [...new Set(cells.map(({ remedy }) => remedy))])).toEqual([
      ['none'],
      ['restart'],
    ]);
  });
});

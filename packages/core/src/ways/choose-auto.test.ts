import { describe, expect, it } from 'vitest';
import { sampleFinding } from '../../../../test/support/sample-policy.ts';
import { CAUSE_IDS, type CauseId } from '../facts/index.ts';
import { chooseAuto } from './choose-auto.ts';

const RESTART = {
  id: 'restart',
  command: 'systemctl restart orders.service',
  does: '',
  frees: { connection: true, descriptor: true, worker: true },
  risk: '',
  peerSees: '',
};

/** What `auto` comes to, in a unit: a method in upper case, or the sentence, with the restart where that helps. */
const TABLE: Readonly<Record<CauseId, string>> = {
  'writer-blocked': 'TIMEOUT',
  'half-closed-relay': 'SHUTDOWN',
  'descriptor-limit': 'LIMIT',
  'process-stopped': 'the process is stopped, and somebody may have had a reason',
  'idle-pool': 'it is harmless: the pool closes it when it takes it the next time',
  'half-close-in-use': 'it is in use',
  'never-accepted': 'only a restart frees this: systemctl restart orders.service',
  'holder-hidden': 'only the end of whoever has it frees this: systemctl restart orders.service',
  'inherited-descriptor': 'only the end of the process that has inherited it frees this, not a restart of its parent',
  'event-loop-stalled': 'only a restart frees this: systemctl restart orders.service',
  'worker-stuck': 'only a restart frees this: systemctl restart orders.service',
  'eof-spin': 'only a restart frees this: systemctl restart orders.service',
  'interest-lost': 'only a restart frees this: systemctl restart orders.service',
  'reader-paused': 'only a restart frees this: systemctl restart orders.service',
  'descriptor-leaked': 'only a restart frees this: systemctl restart orders.service',
  'close-missing': 'only a restart frees this: systemctl restart orders.service',
  'closed-but-held': 'only a restart frees this: systemctl restart orders.service',
  undetermined: 'the cause is not known',
};

function spell(finding: Parameters<typeof chooseAuto>[0]): string {
  const choice = chooseAuto(finding);
  if ('method' in choice) return choice.method.toUpperCase();
  return choice.restart === null ? choice.why : `${choice.why}: ${choice.restart}`;
}

describe('auto', () => {
  it.each(CAUSE_IDS)('does the least that works for %s, or says what does', (cause) => {
    for (const confidence of ['certain', 'likely'] as const) {
      expect(spell(sampleFinding({ cause, confidence, remedies: [RESTART] }))).toBe(TABLE[cause]);
    }
  });

  it.each(CAUSE_IDS)('does nothing for %s where that is only possible', (cause) => {
    const choice = chooseAuto(sampleFinding({ cause, confidence: 'possible' }));
    expect('method' in choice).toBe(false);
  });

  it('says so in words where there is no unit and no container to restart', () => {
    const finding = sampleFinding({ cause: 'worker-stuck', remedies: [{ ...RESTART, command: null }] });
    expect(spell(finding)).toBe('only a restart frees this: restart the program');
  });
});

import { describe, expect, it } from 'vitest';
import { sampleProcess } from '../../../../test/support/sample-facts.ts';
import { sampleFinding, sampleStuck } from '../../../../test/support/sample-policy.ts';
import { CAUSE_IDS, type CauseId, unknown } from '../facts/index.ts';
import { chooseAction } from './choose-action.ts';
import type { Candidate, PolicyAction } from './policy.ts';

const candidate = (cause: CauseId, connection = sampleStuck(), changes = {}): Candidate => ({
  finding: sampleFinding({ cause, ...changes }),
  connection,
  ageMs: 60_000,
  before: null,
});
const queued = sampleStuck({ inode: 0 }, { holders: [] });

describe('auto', () => {
  it('acts where everything is given back, and on nothing else', () => {
    const chosen = CAUSE_IDS.flatMap((cause) => {
      const choice = chooseAction({ method: 'auto' }, candidate(cause));
      return 'why' in choice ? [] : [[cause, choice.action.method]];
    });
    expect(Object.fromEntries(chosen)).toEqual({ 'writer-blocked': 'timeout' });
  });

  it('says why it does nothing', () => {
    expect(chooseAction({ method: 'auto' }, candidate('worker-stuck'))).toEqual({
      why: 'auto does nothing: nothing that is done to the connection gives back what its program holds',
    });
  });
});

describe('a method that a rule names', () => {
  it.each<readonly [PolicyAction, Candidate, RegExp]>([
    [{ method: 'shutdown', direction: 'both' }, candidate('never-accepted', queued), /no process has a descriptor/],
    [{ method: 'timeout', timeoutMs: 1 }, candidate('never-accepted', queued), /no process has a descriptor/],
    [{ method: 'free-descriptor' }, candidate('worker-stuck'), /the cause is none of/],
    [{ method: 'free-descriptor' }, candidate('close-missing', queued), /0 descriptors refer to it/],
    [{ method: 'thaw' }, candidate('worker-stuck'), /not stopped/],
    [{ method: 'limit', limit: 1024 }, candidate('descriptor-limit'), /not below 1024/],
    [
      { method: 'limit', limit: 4096 },
      candidate('descriptor-limit', sampleStuck(), {
        process: sampleProcess({ descriptors: unknown('denied', '') }),
      }),
      /could not be read/,
    ],
  ])('%j cannot be used where it cannot work', (action, on, why) => {
    expect(chooseAction(action, on)).toEqual({ why: expect.stringMatching(why) });
  });

  it.each<readonly [PolicyAction, Candidate]>([
    [{ method: 'destroy' }, candidate('never-accepted', queued)],
    [{ method: 'shutdown', direction: 'write' }, candidate('worker-stuck')],
    [{ method: 'free-descriptor' }, candidate('descriptor-leaked')],
    [{ method: 'thaw' }, candidate('process-stopped')],
    [{ method: 'limit', limit: 1025 }, candidate('descriptor-limit')],
  ])('%j is what it is', (action, on) => {
    expect(chooseAction(action, on)).toEqual({ action });
  });
});

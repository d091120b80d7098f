import { describe, expect, it } from 'vitest';
import { sampleFacts, sampleProcess } from '../../../../test/support/sample-facts.ts';
import { sampleFinding, sampleStuck } from '../../../../test/support/sample-policy.ts';
import type { Finding, StuckConnection } from '../diagnose/index.ts';
import { CAUSE_IDS, type CauseId, unknown } from '../facts/index.ts';
import { chooseAuto } from '../ways/index.ts';
import { chooseAction } from './choose-action.ts';
import type { Candidate, PolicyAction } from './policy.ts';

const HELD: readonly CauseId[] = CAUSE_IDS.filter((cause) => cause !== 'closed-but-held');
const process = sampleProcess();

function choose(
  method: Parameters<typeof chooseAction>[0],
  cause: CauseId,
  { connection = sampleStuck(), ...changes }: Partial<Finding> & { readonly connection?: StuckConnection } = {},
): ReturnType<typeof chooseAction> {
  const finding = sampleFinding({ cause, ...changes });
  const candidate: Candidate = { finding, connection, ageMs: 60_000, before: null };
  return chooseAction(method, { candidate, facts: sampleFacts({ processes: [process] }), leg: null });
}

const queued = sampleStuck({ inode: 0 }, { holders: [] });

describe('auto', () => {
  it('does or says what core/ways decides for the cause', () => {
    for (const cause of HELD) {
      const chosen = choose({ method: 'auto' }, cause);
      const auto = chooseAuto(sampleFinding({ cause }));
      if ('why' in auto) expect(chosen, cause).toEqual({ why: expect.stringContaining(auto.why) });
      else if ('action' in chosen) expect(chosen.action.method, cause).toBe(auto.method);
      // The sample has no other side.
      else
        expect([cause, chosen.why]).toEqual(['half-closed-relay', expect.stringMatching(/^shutdown cannot be used/)]);
    }
  });

  it('names the restart', () => {
    expect(choose({ method: 'auto' }, 'worker-stuck')).toEqual({
      why: 'auto does nothing: only a restart frees this (restart the program)',
    });
  });

  it('shuts down the other side of a relay, where it is sure which one that is', () => {
    const { netns, cookie, inode, family, local, remote } = sampleStuck({ cookie: 61n, inode: 21 }).socket;
    const leg = { netns, cookie, inode, family, local, remote, holders: [{ pid: process.pid, tid: 1, fd: 9 }] };
    const finding = sampleFinding({ cause: 'half-closed-relay' });
    const candidate: Candidate = { finding, connection: sampleStuck(), ageMs: 60_000, before: null };
    const facts = sampleFacts({ processes: [process] });
    expect(chooseAction({ method: 'auto' }, { candidate, facts, leg })).toEqual({
      action: { method: 'shutdown', direction: 'read' },
    });
  });
});

describe('a method that a rule names', () => {
  it.each<readonly [PolicyAction, CauseId, Parameters<typeof choose>[2], RegExp]>([
    [
      { method: 'shutdown', direction: 'both' },
      'never-accepted',
      { connection: queued },
      /no process has a descriptor/,
    ],
    [{ method: 'timeout', timeoutMs: 1 }, 'never-accepted', { connection: queued }, /no process has a descriptor/],
    [{ method: 'free-descriptor' }, 'worker-stuck', {}, /given back for .* only, and this is worker-stuck/],
    [{ method: 'free-descriptor' }, 'close-missing', { connection: queued }, /nobody was seen to have it/],
    [{ method: 'thaw' }, 'worker-stuck', {}, /not stopped/],
    [{ method: 'limit', limit: 1024 }, 'descriptor-limit', {}, /is 1024 already/],
    [{ method: 'limit', limit: 9999 }, 'descriptor-limit', {}, /above the hard limit/],
    [
      { method: 'limit', limit: 4096 },
      'descriptor-limit',
      { process: sampleProcess({ descriptors: unknown('denied', '') }) },
      /could not be read/,
    ],
  ])('%j cannot be used where it cannot work', (action, cause, changes, why) => {
    expect(choose(action, cause, changes)).toEqual({ why: expect.stringMatching(why) });
  });

  it.each<readonly [PolicyAction, CauseId, Parameters<typeof choose>[2]]>([
    [{ method: 'destroy' }, 'never-accepted', { connection: queued }],
    [{ method: 'shutdown', direction: 'write' }, 'worker-stuck', {}],
    [{ method: 'free-descriptor' }, 'descriptor-leaked', {}],
    [{ method: 'thaw' }, 'process-stopped', {}],
    [{ method: 'limit', limit: 1025 }, 'descriptor-limit', {}],
  ])('%j is what it is', (action, cause, changes) => {
    expect(choose(action, cause, changes)).toEqual({ action });
  });
});

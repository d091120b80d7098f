import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleInfo, sampleListener, sampleProcess } from '../../../../test/support/sample-facts.ts';
import {
  ALWAYS,
  sampleFinding,
  samplePolicy,
  samplePolicyLook,
  sampleRule,
  sampleStuck,
  UNLIMITED,
} from '../../../../test/support/sample-policy.ts';
import type { CauseId } from '../facts/index.ts';
import { known, unknown } from '../facts/index.ts';
import { countLook, makePlan, NO_STATE, type Policy, type PolicyLook, type PolicyState } from './index.ts';

/** The first decision of a plan, with what matters here. */
function decide(policy: Policy, look: PolicyLook, state: PolicyState = NO_STATE): Record<string, unknown> {
  const [first] = makePlan(policy, look, state).plan.decisions;
  if (first === undefined) throw new Error('no decision');
  const { kind, rule, protection, waitsFor, action, why } = first;
  return { kind, rule, protection, waitsFor, method: action?.method ?? null, why };
}

const exempts = sampleRule({ name: 'spare', method: { method: 'none' } });

describe('a plan', () => {
  it('acts on what a rule matches, and carries whom it is about', () => {
    const [decision] = makePlan(samplePolicy(), samplePolicyLook(), NO_STATE).plan.decisions;
    expect(decision).toMatchObject({
      kind: 'act',
      rule: 'reap',
      action: { method: 'destroy' },
      connection: { cookie: 41n, inode: 700, holders: [{ pid: 4121, fd: 7 }] },
      owner: { pid: 4121, startedAtMs: 1_700_000_000_000 },
      ageMs: 60_000,
    });
  });

  it('says in the mode observe what enforce would do', () => {
    expect(decide(samplePolicy({ mode: 'observe' }), samplePolicyLook())).toMatchObject({
      kind: 'observe',
      rule: 'reap',
      method: 'destroy',
    });
  });

  it('lets the first rule decide that matches', () => {
    expect(decide(samplePolicy({ rules: [exempts, sampleRule()] }), samplePolicyLook())).toMatchObject({
      kind: 'exempt',
      rule: 'spare',
      method: null,
    });
    const never = sampleRule({ name: 'never', condition: { isAboutFinding: false, holds: () => known(false) } });
    expect(decide(samplePolicy({ rules: [never, sampleRule()] }), samplePolicyLook())).toMatchObject({ rule: 'reap' });
    expect(decide(samplePolicy({ rules: [never] }), samplePolicyLook())).toMatchObject({
      kind: 'exempt',
      rule: null,
      why: 'no rule matches it',
    });
  });

  it('does nothing where it is not known whether an earlier rule matches', () => {
    const unsure = { isAboutFinding: true, holds: () => unknown('denied', 'unit is not known') } as const;
    const rules = [{ ...exempts, condition: unsure }, sampleRule()];
    expect(decide(samplePolicy({ rules }), samplePolicyLook())).toMatchObject({
      kind: 'wait',
      rule: 'spare',
      waitsFor: 'condition',
      why: "whether 'spare' matches: unit is not known",
    });
  });

  it('asks a condition about the finding once for all of its connections', () => {
    let asked = 0;
    const condition = {
      isAboutFinding: true,
      holds: () => {
        asked++;
        return known(true);
      },
    };
    const connections = [1n, 2n, 3n].map((cookie) => sampleStuck({ cookie }));
    makePlan(
      samplePolicy({ rules: [sampleRule({ condition })] }),
      samplePolicyLook({ findings: [sampleFinding({ connections })] }),
      NO_STATE,
    );
    expect(asked).toBe(1);
  });

  it('begins with the longest stuck, where limits do not allow for all', () => {
    const connections = [
      sampleStuck({ cookie: 5n }, { age: { ms: 20_000, is: 'exact' } }),
      sampleStuck({ cookie: 9n }, { age: { ms: 90_000, is: 'exact' } }),
      sampleStuck({ cookie: 7n }, { age: { ms: 90_000, is: 'at-least' } }),
    ];
    const policy = samplePolicy({ limits: { ...UNLIMITED, total: 2 } });
    const { decisions } = makePlan(
      policy,
      samplePolicyLook({ findings: [sampleFinding({ connections })] }),
      NO_STATE,
    ).plan;
    expect(decisions.map(({ connection, kind }) => [connection.cookie, kind])).toEqual([
      [7n, 'act'],
      [9n, 'act'],
      [5n, 'wait'],
    ]);
  });
});

describe('what holds a rule back', () => {
  it.each([
    ['confidence', sampleRule(), { confidence: 'possible' }],
    ['age', sampleRule({ minAgeMs: 60_001 }), {}],
    ['grace', sampleRule({ grace: 2 }), {}],
  ] as const)('%s', (waitsFor, rule, finding) => {
    const look = samplePolicyLook({ findings: [sampleFinding(finding)] });
    expect(decide(samplePolicy({ rules: [rule] }), look)).toMatchObject({ kind: 'wait', waitsFor, rule: 'reap' });
  });

  it('is not confidence where possible causes are allowed', () => {
    const look = samplePolicyLook({ findings: [sampleFinding({ confidence: 'possible' })] });
    expect(decide(samplePolicy({ rules: [sampleRule({ allowPossible: true })] }), look)).toMatchObject({ kind: 'act' });
  });

  it('is a window that is not open', () => {
    const windows = [{ days: ['Sat'], fromMin: 0, toMin: 1440, timezone: 'UTC' }] as const;
    // The samples are of a Friday.
    expect(decide(samplePolicy({ windows }), samplePolicyLook())).toMatchObject({ waitsFor: 'window' });
    const saturday = samplePolicyLook({ wallMs: Date.UTC(2026, 0, 3) });
    expect(decide(samplePolicy({ windows }), saturday)).toMatchObject({ kind: 'act' });
  });

  it.each([
    ['process-limit', { perProcess: 1 }],
    ['pass-limit', { total: 1 }],
    ['hour-limit', { perHour: 1 }],
  ] as const)('is the %s, of all rules or of its own', (waitsFor, limits) => {
    const connections = [sampleStuck({ cookie: 1n }), sampleStuck({ cookie: 2n })];
    const look = samplePolicyLook({ findings: [sampleFinding({ connections })] });
    for (const policy of [
      samplePolicy({ limits: { ...UNLIMITED, ...limits } }),
      samplePolicy({ rules: [sampleRule({ limits: { ...UNLIMITED, ...limits } })] }),
    ]) {
      const { decisions } = makePlan(policy, look, NO_STATE).plan;
      expect(decisions.map((decision) => decision.waitsFor)).toEqual([null, waitsFor]);
    }
  });

  it('is an action on the same connection within the hour, and not after it', () => {
    const policy = samplePolicy();
    const first = makePlan(policy, samplePolicyLook({ steadyMs: 0 }), NO_STATE);
    expect(decide(policy, samplePolicyLook({ steadyMs: 3_599_999 }), first.state)).toMatchObject({ waitsFor: 'tried' });
    expect(decide(policy, samplePolicyLook({ steadyMs: 3_600_000 }), first.state)).toMatchObject({ kind: 'act' });
  });

  it('is one action on the process, where that is what the method is about', () => {
    const policy = samplePolicy({ rules: [sampleRule({ method: { method: 'limit', limit: 4096 } })] });
    const connections = [sampleStuck({ cookie: 1n }), sampleStuck({ cookie: 2n })];
    const { decisions } = makePlan(
      policy,
      samplePolicyLook({ findings: [sampleFinding({ connections })] }),
      NO_STATE,
    ).plan;
    expect(decisions.map(({ kind, waitsFor }) => [kind, waitsFor])).toEqual([
      ['act', null],
      ['wait', 'tried'],
    ]);
  });
});

describe('looks one after the other', () => {
  const policy = samplePolicy({ rules: [sampleRule({ grace: 3 })] });
  const lookAt = (steadyMs: number, socket = {}): PolicyLook =>
    samplePolicyLook({ steadyMs, findings: [sampleFinding({ connections: [sampleStuck(socket)] })] });
  const after = (...looks: readonly PolicyLook[]): PolicyState =>
    looks.reduce((state, look) => countLook(policy, look, state), NO_STATE);

  it('count until there were as many as asked', () => {
    expect(decide(policy, lookAt(2), after(lookAt(1)))).toMatchObject({ waitsFor: 'grace' });
    expect(decide(policy, lookAt(3), after(lookAt(1), lookAt(2)))).toMatchObject({
      kind: 'act',
      why: "'reap' matches in 3 looks",
    });
  });

  it('begin anew for another socket, though it has the same descriptor, inode and addresses', () => {
    const state = after(lookAt(1), lookAt(2));
    expect(decide(policy, lookAt(3, { cookie: 42n }), state)).toMatchObject({ waitsFor: 'grace' });
  });

  it('begin anew where one of them did not see it, or another rule decided', () => {
    const without = samplePolicyLook({ findings: [] });
    expect(decide(policy, lookAt(4), after(lookAt(1), lookAt(2), without))).toMatchObject({ waitsFor: 'grace' });
    const renamed = samplePolicy({ rules: [sampleRule({ name: 'other', grace: 3 })] });
    expect(decide(renamed, lookAt(4), after(lookAt(1), lookAt(2)))).toMatchObject({ waitsFor: 'grace' });
  });

  it('begin anew after a boot: cookies are given again', () => {
    const look = samplePolicyLook({ bootId: 'another' });
    expect(decide(policy, look, after(lookAt(1), lookAt(2)))).toMatchObject({ waitsFor: 'grace' });
  });

  it('make an age that keepalive resets older, by the clock that nobody sets', () => {
    const young = { age: { ms: 12_000, is: 'at-least' } } as const;
    const look = (steadyMs: number): PolicyLook =>
      samplePolicyLook({ steadyMs, findings: [sampleFinding({ connections: [sampleStuck({}, young)] })] });
    const old = samplePolicy({ rules: [sampleRule({ minAgeMs: 60_000 })] });
    const state = countLook(old, look(0), NO_STATE);
    expect(decide(old, look(59_999), state)).toMatchObject({ waitsFor: 'age' });
    expect(decide(old, look(60_000), state)).toMatchObject({ kind: 'act' });
    const stepped = { ...look(1), now: { steadyMs: 1, wallMs: look(1).now.wallMs + 86_400_000 } };
    expect(decide(old, stepped, state)).toMatchObject({ waitsFor: 'age' });
  });

  it('make it younger where bytes have moved: an event a minute is in use', () => {
    const old = samplePolicy({ rules: [sampleRule({ minAgeMs: 60_000 })] });
    const look = (steadyMs: number, bytesAcked: number): PolicyLook =>
      samplePolicyLook({
        steadyMs,
        findings: [
          sampleFinding({
            connections: [
              sampleStuck({ info: known(sampleInfo({ bytesAcked })) }, { age: { ms: 12_000, is: 'at-least' } }),
            ],
          }),
        ],
      });
    const state = [look(0, 1), look(50_000, 1), look(55_000, 2)].reduce(
      (last, one) => countLook(old, one, last),
      NO_STATE,
    );
    expect(decide(old, look(114_999, 2), state)).toMatchObject({ waitsFor: 'age' });
    expect(decide(old, look(115_000, 2), state)).toMatchObject({ kind: 'act' });
  });

  it('take nothing of budgets where nothing is done after them', () => {
    expect(after(lookAt(1), lookAt(2), lookAt(3), lookAt(4)).actions).toEqual([]);
  });
});

describe('protections that no policy removes', () => {
  const everything = samplePolicy({ rules: [sampleRule({ allowPossible: true })] });
  const protectionOf = (look: PolicyLook, state?: PolicyState): unknown =>
    decide(everything, look, state)['protection'];
  const withProcess = (changes: Parameters<typeof sampleProcess>[0], more = {}): PolicyLook =>
    samplePolicyLook({ findings: [sampleFinding({ process: sampleProcess(changes) })], ...more });

  it('half-close-in-use: by its cause, as an alternative, and by bytes that moved whatever the cause is', () => {
    const cause = 'half-close-in-use';
    const alternatives = [{ cause, confidence: 'possible' }] as const;
    const stopped: CauseId = 'process-stopped';
    const closeLook = sampleCloseLook({ moved: new Set([41n]) });
    for (const look of [
      samplePolicyLook({ findings: [sampleFinding({ cause })] }),
      samplePolicyLook({ findings: [sampleFinding({ alternatives })] }),
      samplePolicyLook({ findings: [sampleFinding({ cause: stopped, confidence: 'certain' })], closeLook }),
    ]) {
      expect(protectionOf(look)).toBe(cause);
    }
  });

  it.each([
    ['acknowledged', { info: known(sampleInfo({ bytesAcked: 1 })) }],
    ['read', { rxQueueBytes: 18 }],
    ['written', { txQueueBytes: 1 }],
  ])('half-close-in-use: bytes were %s between two looks of the policy', (_, socket) => {
    const state = countLook(everything, samplePolicyLook(), NO_STATE);
    const moved = samplePolicyLook({ findings: [sampleFinding({ connections: [sampleStuck(socket)] })] });
    expect(protectionOf(moved, state)).toBe('half-close-in-use');
    const still = samplePolicyLook({ closeLook: null });
    expect(protectionOf(still, state)).toBe(null);
  });

  it('half-close-in-use: nobody looked twice, unless it was not accepted yet', () => {
    const quick = { closeLook: sampleCloseLook({ windowMs: null }) };
    expect(protectionOf(samplePolicyLook(quick))).toBe('half-close-in-use');
    expect(protectionOf(samplePolicyLook({ closeLook: null }))).toBe('half-close-in-use');
    const queued = [sampleFinding({ connections: [sampleStuck({ inode: 0 }, { holders: [] })] })];
    expect(protectionOf(samplePolicyLook({ ...quick, findings: queued }))).toBe(null);
  });

  it('half-close-in-use: the kernel does not tell whether bytes move', () => {
    const socket = { info: unknown('unsupported', 'no tcp_info') };
    const findings = [sampleFinding({ connections: [sampleStuck(socket)] })];
    expect(protectionOf(samplePolicyLook({ findings }))).toBe('half-close-in-use');
  });

  it.each([
    ['too-young', 9999],
    ['age-unknown', null],
    [null, 10_000],
  ])('%s: %s ms', (id, ms) => {
    const connections = [sampleStuck({}, { age: { ms, is: 'at-least' } })];
    expect(protectionOf(samplePolicyLook({ findings: [sampleFinding({ connections })] }))).toBe(id);
  });

  it.each([
    ['init', { pid: 1 }],
    ['closewait-itself', { pid: 77 }],
    ['ssh-session', { name: known('sshd') }],
    ['ssh-session', { name: known('sshd-session') }],
    ['ssh-session', { name: known('x'), exe: known('/usr/sbin/sshd (deleted)') }],
    ['owner-unknown', { name: unknown('gone', ''), exe: unknown('denied', '') }],
  ])('%s: %j', (id, process) => {
    expect(protectionOf(withProcess(process))).toBe(id);
  });

  it('of any process that has it, not of the owner alone', () => {
    const holders = [
      { pid: 4121, tid: 4121, fd: 7 },
      { pid: 9, tid: 9, fd: 3 },
    ];
    const findings = [sampleFinding({ connections: [sampleStuck({}, { holders })] })];
    const sshd = sampleProcess({ pid: 9, name: known('sshd') });
    expect(protectionOf(samplePolicyLook({ findings, processes: [sshd] }))).toBe('ssh-session');
    expect(protectionOf(samplePolicyLook({ findings }))).toBe('owner-unknown');
  });

  it('of any process that has the listener in whose queue it waits', () => {
    const findings = [sampleFinding({ connections: [sampleStuck({ inode: 0 }, { holders: [] })] })];
    const holders = [
      [600, { pid: 4121, tid: 4121, fd: 3 }],
      [600, { pid: 1, tid: 1, fd: 30 }],
    ] as const;
    const processes = [sampleProcess({ pid: 1, name: known('systemd') })];
    expect(protectionOf(samplePolicyLook({ findings, listeners: [sampleListener()], holders, processes }))).toBe(
      'init',
    );
  });

  it('owner-unknown: nobody was seen to have it', () => {
    const findings = [sampleFinding({ process: null, connections: [sampleStuck({}, { holders: [] })] })];
    expect(protectionOf(samplePolicyLook({ findings }))).toBe('owner-unknown');
  });

  it.each([0n, 0xffff_ffff_ffff_ffffn])('identity-unsure: the cookie %s is none', (cookie) => {
    const findings = [sampleFinding({ connections: [sampleStuck({ cookie })] })];
    expect(protectionOf(samplePolicyLook({ findings }))).toBe('identity-unsure');
  });

  it('identity-unsure: two sockets have one cookie', () => {
    const findings = [sampleFinding({ connections: [sampleStuck(), sampleStuck({ inode: 701 })] })];
    const { decisions } = makePlan(everything, samplePolicyLook({ findings }), NO_STATE).plan;
    expect(decisions.map(({ protection }) => protection)).toEqual(['identity-unsure', 'identity-unsure']);
  });
});

describe('protections of the policy', () => {
  it.each([
    [8080, 'listed-port'],
    [50_000, 'listed-port'],
    [443, null],
  ])('port %i of either end: %s', (port, protection) => {
    const policy = samplePolicy({ protect: { processes: [], ports: [port] } });
    expect(decide(policy, samplePolicyLook())).toMatchObject({ protection });
  });

  it('processes, also where a rule would exempt or act', () => {
    const policy = samplePolicy({
      rules: [sampleRule({ condition: ALWAYS })],
      protect: { processes: ['ja*'], ports: [] },
    });
    expect(decide(policy, samplePolicyLook())).toMatchObject({
      kind: 'protected',
      protection: 'listed-process',
      why: "process 4121 is protected by 'ja*'",
    });
  });
});

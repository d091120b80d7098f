import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleProcess } from '../../../../test/support/sample-facts.ts';
import {
  sampleFinding,
  samplePolicy,
  samplePolicyLook,
  sampleRule,
  sampleStuck,
} from '../../../../test/support/sample-policy.ts';
import type { Finding } from '../diagnose/index.ts';
import { type CauseId, known, type ProcessFacts, unknown } from '../facts/index.ts';
import { type Decision, HOUR_MS, LEAST_AGE_MS, makePlan, NO_STATE, type Policy, type PolicyLook } from './index.ts';

/** Few of everything, so that things meet: cookies that change under the same descriptor, limits that are reached. */
const PIDS = [1, 50, 77, 100, 101] as const;
const SSHD = 50;
const SELF = 77;
const CAUSES: readonly CauseId[] = [
  'descriptor-leaked',
  'close-missing',
  'writer-blocked',
  'half-close-in-use',
  'never-accepted',
];

interface MadeConnection {
  readonly slot: number;
  readonly cookie: bigint;
  readonly pid: (typeof PIDS)[number];
  readonly cause: CauseId;
  readonly ageMs: number | null;
  readonly moved: boolean;
  readonly confidence: 'certain' | 'likely' | 'possible';
}

const anyConnection: fc.Arbitrary<MadeConnection> = fc.record({
  slot: fc.nat(5),
  cookie: fc.bigInt(0n, 30n),
  pid: fc.constantFrom(...PIDS, 100, 101, 100, 101),
  cause: fc.constantFrom(...CAUSES, 'descriptor-leaked' as const, 'descriptor-leaked' as const),
  ageMs: fc.option(fc.constantFrom(9999, 10_000, 30_000, 60_000, 600_000), { nil: null, freq: 8 }),
  moved: fc.constantFrom(false, false, false, true),
  confidence: fc.constantFrom('certain', 'likely', 'likely', 'possible'),
});

interface MadeLook {
  readonly passedMs: number;
  readonly connections: readonly MadeConnection[];
}

/** The same connections look after look, but for some that are others by then. */
const looks: fc.Arbitrary<readonly MadeLook[]> = fc
  .tuple(
    fc.array(anyConnection, { maxLength: 14 }),
    fc.array(
      fc.record({
        passedMs: fc.constantFrom(5000, HOUR_MS / 2, HOUR_MS - 5000, HOUR_MS),
        /** A socket under the same descriptor that is another one, or the same one that is seen in another way. */
        changed: fc.array(fc.tuple(fc.nat(13), anyConnection, fc.boolean()), { maxLength: 5 }),
        left: fc.option(fc.nat(13), { nil: null }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([first, steps]) => {
    let now = first;
    return steps.map(({ passedMs, changed, left }) => {
      now = now.map((one, index) => {
        const [, other, isSame] = changed.find(([place]) => place === index) ?? [index, { ...one, moved: false }, true];
        return isSame ? { ...other, cookie: one.cookie } : { ...other, slot: one.slot };
      });
      if (left !== null) now = now.toSpliced(left, 1);
      return { passedMs, connections: now };
    });
  });

const most = fc.option(fc.integer({ min: 1, max: 4 }), { nil: Number.POSITIVE_INFINITY });
const limits = fc.record({ perProcess: most, total: most, perHour: most });
const condition = fc.constantFrom('odd', 'leaked', 'all', 'unknown-of-100');

const policy: fc.Arbitrary<Policy> = fc
  .record({
    mode: fc.constantFrom('enforce', 'observe'),
    limits,
    protect: fc.record({ processes: fc.subarray(['java10*']), ports: fc.subarray([8083]) }),
    rules: fc.array(
      fc.record({
        condition,
        method: fc.constantFrom(
          { method: 'destroy' } as const,
          { method: 'shutdown', direction: 'both' } as const,
          { method: 'auto' } as const,
          { method: 'none' } as const,
        ),
        // A policy of a file asks for 10 s at least; the protection must not lean on that.
        minAgeMs: fc.constantFrom(0, 10_000, 60_000),
        grace: fc.integer({ min: 1, max: 3 }),
        limits,
        allowPossible: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ rules, ...others }) =>
    samplePolicy({
      ...others,
      rules: rules.map(({ condition: kind, ...rule }, place) =>
        sampleRule({
          ...rule,
          name: `rule-${place}`,
          condition: {
            isAboutFinding: kind !== 'odd',
            holds: ({ finding, connection: { socket } }) => {
              if (kind === 'odd') return known(socket.local.port % 2 === 1);
              if (kind === 'leaked') return known(finding.cause === 'descriptor-leaked');
              if (kind === 'all') return known(true);
              return finding.process?.pid === 100 ? unknown('denied', 'it') : known(false);
            },
          },
        }),
      ),
    }),
  );

function processOf(pid: number): ProcessFacts {
  return sampleProcess({ pid, name: known(pid === SSHD ? 'sshd' : `java${pid}`), exe: known(`/bin/java${pid}`) });
}

function toLook({ connections }: MadeLook, steadyMs: number): PolicyLook {
  const groups = Map.groupBy(connections, ({ pid, cause, confidence }) => `${cause}/${confidence}/${pid}`);
  const findings = [...groups].map(([id, alike]): Finding => {
    const [{ pid, cause, confidence }] = alike as [MadeConnection];
    return sampleFinding({
      id,
      cause,
      confidence,
      process: processOf(pid),
      connections: alike.map((made) =>
        sampleStuck(
          { cookie: made.cookie, inode: 700 + made.slot, local: { address: '10.0.0.1', port: 8080 + made.slot } },
          { holders: [{ pid, tid: pid, fd: made.slot }], age: { ms: made.ageMs, is: 'exact' } },
        ),
      ),
    });
  });
  const moved = connections.filter((made) => made.moved).map(({ cookie }) => cookie);
  const closeLook = sampleCloseLook({ moved: new Set(moved) });
  return samplePolicyLook({ findings, closeLook, steadyMs, ownPids: [SELF] });
}

/** The plans of looks one after the other, each with the look that it was made of. */
function playThrough(by: Policy, made: readonly MadeLook[]): readonly Played[] {
  let state = NO_STATE;
  let steadyMs = 0;
  return made.map((one) => {
    steadyMs += one.passedMs;
    const look = toLook(one, steadyMs);
    const planned = makePlan(by, look, state);
    state = planned.state;
    const { decisions } = planned.plan;
    const acting = decisions.filter(({ kind }) => kind === 'act' || kind === 'observe');
    return { look, decisions, acting, steadyMs };
  });
}

interface Played {
  readonly look: PolicyLook;
  readonly decisions: readonly Decision[];
  /** Those that act, or would. */
  readonly acting: readonly Decision[];
  readonly steadyMs: number;
}

const check = (property: (by: Policy, played: readonly Played[], made: readonly MadeLook[]) => void): void => {
  fc.assert(
    fc.property(policy, looks, (by, made) => property(by, playThrough(by, made), made)),
    { numRuns: 400 },
  );
};

/** How many of a list share one key, at most. */
function mostOf<T>(list: readonly T[], keyOf: (one: T) => unknown): number {
  return Math.max(0, ...[...Map.groupBy(list, keyOf).values()].map(({ length }) => length));
}

describe('plans', () => {
  it('are made of cases in which something happens', () => {
    const sample = fc.sample(fc.tuple(policy, looks), { numRuns: 400, seed: 1 });
    const kinds = sample.flatMap(([by, made]) =>
      playThrough(by, made).flatMap(({ decisions }) =>
        decisions.map(({ kind, waitsFor, protection }) => `${kind} ${waitsFor ?? protection ?? ''}`.trim()),
      ),
    );
    expect([...new Set(kinds)]).toEqual(
      expect.arrayContaining([
        'act',
        'observe',
        'exempt',
        ...['condition', 'confidence', 'age', 'grace', 'tried', 'process-limit', 'pass-limit', 'hour-limit'].map(
          (waitsFor) => `wait ${waitsFor}`,
        ),
        ...['half-close-in-use', 'too-young', 'age-unknown', 'identity-unsure', 'init', 'ssh-session'].map(
          (id) => `protected ${id}`,
        ),
        'protected closewait-itself',
        'protected listed-process',
        'protected listed-port',
      ]),
    );
  });

  it('never reach outside of their selectors', () => {
    check((by, played) => {
      for (const { acting, look } of played) {
        for (const {
          rule,
          finding,
          connection: { cookie },
        } of acting) {
          const place = by.rules.findIndex(({ name }) => name === rule);
          const stuck = [...finding.connections].find(({ socket }) => socket.cookie === cookie);
          if (stuck === undefined) throw new Error(`${cookie} is in no finding of ${look.findings.length}`);
          const candidate = { finding, connection: stuck, ageMs: null, before: null };
          const answers = by.rules.slice(0, place + 1).map(({ condition: { holds } }) => holds(candidate));
          expect(answers).toEqual([...by.rules.slice(0, place).map(() => known(false)), known(true)]);
        }
      }
    });
  });

  it('never go above their limits, in one pass and in any hour', () => {
    check((by, played) => {
      const all = played.flatMap(({ acting, steadyMs }) => acting.map((decision) => ({ decision, steadyMs })));
      for (const whose of [null, ...by.rules]) {
        const { perProcess, total, perHour } = whose?.limits ?? by.limits;
        const isOf = ({ rule }: Decision): boolean => whose === null || rule === whose.name;
        for (const { acting } of played) {
          const own = acting.filter(isOf);
          expect(own.length).toBeLessThanOrEqual(total);
          expect(mostOf(own, ({ finding }) => finding.process?.pid)).toBeLessThanOrEqual(perProcess);
        }
        for (const { steadyMs: end } of all) {
          const hour = all.filter(
            ({ decision, steadyMs }) => isOf(decision) && steadyMs <= end && steadyMs > end - HOUR_MS,
          );
          expect(hour.length).toBeLessThanOrEqual(perHour);
        }
      }
    });
  });

  it('are the same for the same facts, in whatever order these come', () => {
    check((by, played, made) => {
      expect(playThrough(by, made)).toEqual(played);
      const reversed = made.map((look) => ({ ...look, connections: look.connections.toReversed() }));
      const decisionsOf = (all: readonly Played[]): unknown =>
        all.map(({ decisions }) => decisions.map(({ finding, ...decision }) => ({ ...decision, finding: finding.id })));
      // Two sockets with one cookie are told apart by nothing that is sorted by; nothing is done to either.
      const isClear = made.every(({ connections }) => mostOf(connections, ({ cookie }) => cookie) <= 1);
      if (isClear) expect(decisionsOf(playThrough(by, reversed))).toEqual(decisionsOf(played));
    });
  });

  it('never act on a cookie that was not there, alone, in as many looks before as the grace asks for', () => {
    check((by, played) => {
      for (const [index, { acting }] of played.entries()) {
        for (const {
          rule,
          connection: { cookie },
        } of acting) {
          const grace = by.rules.find(({ name }) => name === rule)?.grace ?? 0;
          const before = played.slice(Math.max(0, index + 1 - grace), index + 1);
          expect(before.length).toBe(grace);
          for (const { decisions } of before) {
            const same = decisions.filter((decision) => decision.connection.cookie === cookie);
            expect(same.map((decision) => [decision.rule, decision.kind === 'protected'])).toEqual([[rule, false]]);
          }
        }
      }
    });
  });

  it('carry the identity that the last look saw', () => {
    check((_, played) => {
      for (const { acting, look } of played) {
        for (const { connection } of acting) {
          const sockets = look.facts.sockets.filter(({ cookie }) => cookie === connection.cookie);
          expect(sockets).toEqual([expect.objectContaining({ inode: connection.inode, local: connection.local })]);
        }
      }
    });
  });

  it('never act twice on a connection within the hour', () => {
    check((_, played) => {
      const all = played.flatMap(({ acting, steadyMs }) =>
        acting.map(({ connection }) => ({ ...connection, steadyMs })),
      );
      for (const { cookie, steadyMs: end } of all) {
        const same = all.filter((one) => one.cookie === cookie && one.steadyMs <= end && one.steadyMs > end - HOUR_MS);
        expect(same.length).toBe(1);
      }
    });
  });

  it('never touch what is protected, whatever the rules say', () => {
    check((by, played) => {
      for (const { acting, look } of played) {
        for (const { finding, connection, ageMs } of acting) {
          const pid = finding.process?.pid ?? 0;
          expect([1, SSHD, SELF]).not.toContain(pid);
          expect(finding.cause).not.toBe('half-close-in-use');
          expect(look.facts.closeLook?.moved.has(connection.cookie)).toBe(false);
          expect(ageMs).toBeGreaterThanOrEqual(LEAST_AGE_MS);
          expect(connection.cookie).not.toBe(0n);
          expect(by.protect.ports).not.toContain(connection.local.port);
          if (by.protect.processes.length > 0) expect([100, 101]).not.toContain(pid);
        }
      }
    });
  });

  it('decide once about each connection, the longest stuck first', () => {
    check((_, played) => {
      for (const { decisions, look } of played) {
        const cookies = look.facts.sockets.map(({ cookie }) => cookie);
        const byNumber = (a: bigint, b: bigint): number => Number(a - b);
        expect(decisions.map(({ connection }) => connection.cookie).sort(byNumber)).toEqual(cookies.sort(byNumber));
        const ages = decisions.map(({ ageMs }) => ageMs ?? -1);
        expect(ages).toEqual(ages.toSorted((a, b) => b - a));
      }
    });
  });
});

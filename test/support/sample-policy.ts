import type { Finding, StuckConnection } from '@closewait/core/diagnose';
import { type Facts, type Holder, known, type ProcessFacts } from '@closewait/core/facts';
import type { Condition, Limits, Policy, PolicyLook, Rule } from '@closewait/core/policy';
import { sampleCloseLook, sampleFacts, sampleProcess, sampleSocket } from './sample-facts.ts';

export const UNLIMITED: Limits = {
  perProcess: Number.POSITIVE_INFINITY,
  total: Number.POSITIVE_INFINITY,
  perHour: Number.POSITIVE_INFINITY,
};

/** Holds for every connection. */
export const ALWAYS: Condition = { isAboutFinding: true, holds: () => known(true) };

/** A rule `reap` that ends everything with a reset, in the first look that sees it. */
export function sampleRule(changes: Partial<Rule> = {}): Rule {
  return {
    name: 'reap',
    condition: ALWAYS,
    method: { method: 'destroy' },
    minAgeMs: 10_000,
    grace: 1,
    limits: UNLIMITED,
    allowPossible: false,
    ...changes,
  };
}

/** A policy with {@link sampleRule} alone that acts without any limit. */
export function samplePolicy(changes: Partial<Policy> = {}): Policy {
  return {
    mode: 'enforce',
    rules: [sampleRule()],
    protect: { processes: [], ports: [] },
    windows: [],
    limits: UNLIMITED,
    ...changes,
  };
}

/** A connection of process 4121 that has been stuck for a minute. */
export function sampleStuck(
  socket: Parameters<typeof sampleSocket>[0] = {},
  changes: Partial<Omit<StuckConnection, 'socket'>> = {},
): StuckConnection {
  return {
    socket: sampleSocket(socket),
    holders: [{ pid: 4121, tid: 4121, fd: 7 }],
    age: { ms: 60_000, is: 'exact' },
    ...changes,
  };
}

/** A finding `descriptor-leaked`, likely, of {@link sampleProcess}. */
export function sampleFinding(changes: Partial<Finding> = {}): Finding {
  return {
    id: 'descriptor-leaked/4121',
    cause: 'descriptor-leaked',
    confidence: 'likely',
    severity: 'leak',
    title: 'A sample.',
    process: sampleProcess(),
    listener: null,
    connections: [sampleStuck()],
    closed: [],
    parts: [],
    because: null,
    victims: [],
    growth: null,
    evidence: [],
    against: [],
    missing: [],
    alternatives: [],
    remedies: [],
    codeFix: '',
    docs: '',
    ...changes,
  };
}

/** What a test says about a look of a policy; the rest is calm: two looks, half a second apart, in which nothing moved. */
export interface SamplePolicyLook {
  readonly findings?: readonly Finding[];
  /** Beside those of the findings. */
  readonly processes?: readonly ProcessFacts[];
  readonly closeLook?: Facts['closeLook'];
  readonly listeners?: Facts['listeners'];
  readonly holders?: readonly (readonly [inode: number, holder: Holder])[];
  readonly steadyMs?: number;
  readonly wallMs?: number;
  readonly ownPids?: readonly number[];
  readonly bootId?: string;
}

export function samplePolicyLook(look: SamplePolicyLook = {}): PolicyLook {
  const findings = look.findings ?? [sampleFinding()];
  const facts = sampleFacts({
    sockets: findings.flatMap(({ connections }) => connections.map(({ socket }) => socket)),
    processes: [...(look.processes ?? []), ...findings.flatMap(({ process }) => process ?? [])],
    closeLook: look.closeLook === undefined ? sampleCloseLook() : look.closeLook,
    ...(look.listeners === undefined ? {} : { listeners: look.listeners }),
    ...(look.holders === undefined ? {} : { holders: look.holders }),
  });
  return {
    facts: { ...facts, host: { ...facts.host, bootId: look.bootId ?? facts.host.bootId } },
    findings,
    now: { wallMs: look.wallMs ?? facts.takenAtMs, steadyMs: look.steadyMs ?? 1_000_000 },
    ownPids: new Set(look.ownPids ?? [77]),
  };
}

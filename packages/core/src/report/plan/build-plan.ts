import type { Diagnosis } from '../../diagnose/index.ts';
import { type ActionOutcome, type Facts, formatEndpoint, valueOr } from '../../facts/index.ts';
import type { Decision, DecisionKind, Plan, Policy } from '../../policy/index.ts';
import { toJsonInteger } from '../build-connection.ts';
import { buildReader } from '../build-report.ts';
import { PLAN_SCHEMA_ID, type PlanDocument, type PlannedDecision } from './plan-document.ts';

/** What a document says of a plan beside its decisions. */
export interface PlanContext {
  readonly facts: Facts;
  readonly diagnosis: Diagnosis;
  readonly policy: Policy;
  /** As the user has named it. */
  readonly file: string;
  readonly looks: number;
  /** What became of each decision to act; null: nothing was carried out. */
  readonly outcomes: ReadonlyMap<Decision, ActionOutcome> | null;
}

/** The JSON document of a plan: schema `closewait/plan/v1`. */
export function buildPlan({ decisions, isWindowOpen }: Plan, context: PlanContext): PlanDocument {
  const { facts, diagnosis, policy, outcomes } = context;
  const counts: Record<DecisionKind, number> = { act: 0, observe: 0, wait: 0, exempt: 0, protected: 0 };
  for (const { kind } of decisions) counts[kind]++;
  return {
    schema: PLAN_SCHEMA_ID,
    takenAt: new Date(facts.takenAtMs).toISOString(),
    host: { name: facts.host.name, kernel: facts.host.kernel, bootId: facts.host.bootId },
    policy: { file: context.file, mode: policy.mode, rules: policy.rules.map(({ name }) => name) },
    looks: context.looks,
    windowOpen: isWindowOpen,
    carriedOut: outcomes !== null,
    totals: {
      closeWait: diagnosis.closeWait,
      passing: diagnosis.passing,
      closedButHeld: facts.closed.length,
      ...counts,
    },
    decisions: decisions.map((decision) => buildDecision(decision, outcomes?.get(decision))),
    readers: facts.readers.map(buildReader),
    unseen: facts.unseen.map(({ what, problem }) => ({
      what,
      why: problem.why,
      detail: problem.detail,
      hint: problem.hint ?? null,
    })),
  };
}

function buildDecision(decision: Decision, outcome: ActionOutcome | undefined): PlannedDecision {
  const { finding, connection, owner } = decision;
  const { process } = finding;
  return {
    decision: decision.kind,
    rule: decision.rule,
    protection: decision.protection,
    waitsFor: decision.waitsFor,
    action: decision.action,
    why: decision.why,
    finding: finding.id,
    cause: finding.cause,
    confidence: finding.confidence,
    process:
      process === null
        ? null
        : {
            pid: process.pid,
            comm: valueOr(process.name, null),
            startedAt: owner === null ? null : new Date(owner.startedAtMs).toISOString(),
          },
    connection: {
      local: formatEndpoint(connection.local),
      remote: formatEndpoint(connection.remote),
      family: connection.family,
      netns: connection.netns,
      inode: connection.inode,
      cookie: toJsonInteger(connection.cookie),
      ageMs: decision.ageMs,
      owners: connection.holders.map(({ pid, tid, fd }) => ({ pid, tid, fd })),
    },
    outcome: outcome === undefined ? null : { kind: outcome.kind, detail: outcome.detail, hint: outcome.hint ?? null },
  };
}

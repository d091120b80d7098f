import { collectCandidates } from './collect-candidates.ts';
import { countersOf, haveMoved } from './connection-protection.ts';
import { isWindowOpen } from './is-window-open.ts';
import { Judge, type Judgement } from './judge.ts';
import type { Decision, Plan } from './plan.ts';
import type { Candidate, Policy } from './policy.ts';
import type { PolicyLook } from './policy-look.ts';
import { NO_STATE, type PolicyState, type Sighting } from './policy-state.ts';
import { Ration } from './ration.ts';

/** A plan, and what is to be remembered for the next one. */
export interface Planned {
  readonly plan: Plan;
  readonly state: PolicyState;
}

/**
 * Decides about every stuck connection of a look. Pure: the same facts, policy, state and time give the same plan, in whatever
 * order the kernel listed them. An action that is decided on counts towards limits, budgets and attempts from then on, whatever
 * becomes of it; in the mode `observe` as well, so that what it shows is what `enforce` would do.
 *
 * @example
 * const { plan, state } = makePlan(policy, { facts, findings, now, ownPids }, NO_STATE);
 */
export function makePlan(policy: Policy, look: PolicyLook, state: PolicyState): Planned {
  const { facts, findings, now } = look;
  const before = state.bootId === facts.host.bootId ? state : NO_STATE;
  const candidates = collectCandidates(findings, before, now.steadyMs);
  const windowOpen = isWindowOpen(policy.windows, now.wallMs);
  const ration = new Ration(policy, before.actions, now.steadyMs);
  const judge = new Judge(policy, look, { ration, isWindowOpen: windowOpen, ambiguous: findAmbiguous(candidates) });
  const sightings = new Map<bigint, Sighting>();
  const decisions = candidates.map((candidate): Decision => {
    const counters = countersOf(candidate);
    const judgement = judge.judge(candidate, counters);
    const { before: last } = candidate;
    const quietSinceMs = last === null || haveMoved(last.counters, counters) ? now.steadyMs : last.quietSinceMs;
    const { rule, looks } = judgement;
    sightings.set(candidate.connection.socket.cookie, { quietSinceMs, rule, looks, counters });
    return toDecision(candidate, judgement);
  });
  return {
    plan: { decisions, isWindowOpen: windowOpen },
    state: { bootId: facts.host.bootId, sightings, actions: ration.actions },
  };
}

/** A look after which nothing is done: it counts for grace, and takes nothing of limits and budgets. */
export function countLook(policy: Policy, look: PolicyLook, state: PolicyState): PolicyState {
  return { ...makePlan(policy, look, state).state, actions: state.actions };
}

/** A cookie names one socket. Where two have it, somebody made the facts up, or a decoder is wrong. */
function findAmbiguous(candidates: readonly Candidate[]): ReadonlySet<bigint> {
  const cookies = new Set(candidates.map(({ connection }) => connection.socket.cookie));
  if (cookies.size === candidates.length) return NONE;
  const more = new Set<bigint>();
  for (const { connection } of candidates)
    if (!cookies.delete(connection.socket.cookie)) more.add(connection.socket.cookie);
  return more;
}

const NONE: ReadonlySet<bigint> = new Set();

function toDecision({ connection, finding, ageMs }: Candidate, judgement: Judgement): Decision {
  const { netns, cookie, inode, family, local, remote } = connection.socket;
  const startedAt = finding.process?.startedAtMs;
  return {
    kind: judgement.kind,
    connection: { netns, cookie, inode, family, local, remote, holders: connection.holders },
    owner:
      finding.process === null || startedAt?.known !== true
        ? null
        : { pid: finding.process.pid, startedAtMs: startedAt.value },
    finding,
    ageMs,
    rule: judgement.rule,
    protection: judgement.protection,
    waitsFor: judgement.waitsFor,
    action: judgement.action,
    why: judgement.why,
  };
}

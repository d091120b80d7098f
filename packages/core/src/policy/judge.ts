import { OwnerFinder } from '../diagnose/index.ts';
import { type ProcessFacts, valueOr } from '../facts/index.ts';
import { chooseAction } from './choose-action.ts';
import { connectionProtection, portProtection, type SeenBefore } from './connection-protection.ts';
import type { Decision, Protection } from './plan.ts';
import type { Candidate, Policy, PolicyAction, Rule } from './policy.ts';
import type { PolicyLook } from './policy-look.ts';
import { compileProcessGlob, type ProcessGlob, protectionOf } from './process-protection.ts';
import type { Ration } from './ration.ts';
import { RuleFinder } from './rule-finder.ts';
import { spellDuration } from './spell-duration.ts';

/** What a decision says beside whom it is about, and in how many looks its rule has matched. */
export interface Judgement extends Pick<Decision, 'kind' | 'rule' | 'protection' | 'waitsFor' | 'action' | 'why'> {
  readonly looks: number;
}

/** What is the same for all connections of a plan. */
export interface Circumstances {
  readonly ration: Ration;
  readonly isWindowOpen: boolean;
  /** Whether several sockets have this cookie. */
  readonly isAmbiguous: (cookie: bigint) => boolean;
}

/** Decides about one connection after the other, the longest stuck first. Lives as long as one plan is made. */
export class Judge {
  readonly #policy: Policy;
  readonly #look: PolicyLook;
  readonly #around: Circumstances;
  readonly #rules: RuleFinder;
  readonly #globs: readonly ProcessGlob[];
  readonly #owners: OwnerFinder;
  readonly #byPid = new Map<number, Protection | null>();

  constructor(policy: Policy, look: PolicyLook, around: Circumstances) {
    this.#policy = policy;
    this.#look = look;
    this.#around = around;
    this.#rules = new RuleFinder(policy.rules);
    this.#globs = policy.protect.processes.map(compileProcessGlob);
    this.#owners = new OwnerFinder(look.facts);
  }

  judge(candidate: Candidate, seen: SeenBefore): Judgement {
    const protection = this.#protectionOf(candidate, seen);
    if (protection !== null) return protect(protection);
    const found = this.#rules.find(candidate);
    if (found === null) return exempt(null, 'no rule matches it', 0);
    const { rule, undecided } = found;
    if (undecided !== null) {
      return { ...wait(rule, null, 0), waitsFor: 'condition', why: `whether '${rule.name}' matches: ${undecided}` };
    }
    const looks = seen.before?.rule === rule.name ? seen.before.looks + 1 : 1;
    if (rule.method.method === 'none') return exempt(rule, `'${rule.name}' exempts it`, looks);
    const chosen = chooseAction(rule.method, candidate);
    if ('why' in chosen) return exempt(rule, `'${rule.name}' matches, but ${chosen.why}`, looks);
    return this.#hold(rule, candidate, chosen.action, looks) ?? this.#act(rule, candidate, chosen.action, looks);
  }

  #protectionOf(candidate: Candidate, seen: SeenBefore): Protection | null {
    const { connection } = candidate;
    if (this.#around.isAmbiguous(connection.socket.cookie)) {
      return { id: 'identity-unsure', why: 'several sockets have its cookie' };
    }
    return (
      connectionProtection(candidate, seen, this.#look.facts) ??
      this.#ownersProtection(candidate) ??
      portProtection(candidate, this.#policy.protect)
    );
  }

  /** All that have it, not the first: what is done to it is done to all of them. */
  #ownersProtection({ finding, connection }: Candidate): Protection | null {
    const { facts } = this.#look;
    const pids = new Set(connection.holders.map(({ pid }) => pid));
    if (finding.process !== null) pids.add(finding.process.pid);
    if (connection.socket.inode === 0) {
      for (const pid of this.#owners.servingOf(this.#owners.listenersOf(connection.socket))) pids.add(pid);
    }
    if (pids.size === 0 || finding.process === null) return { id: 'owner-unknown', why: 'nobody was seen to have it' };
    for (const pid of pids) {
      const process = facts.processes.get(pid) ?? (finding.process.pid === pid ? finding.process : undefined);
      const protection = this.#byPid.has(pid) ? this.#byPid.get(pid) : this.#askOf(pid, process);
      if (protection !== undefined && protection !== null) return protection;
    }
    return null;
  }

  #askOf(pid: number, process: ProcessFacts | undefined): Protection | null {
    const protection: Protection | null =
      process === undefined
        ? { id: 'owner-unknown', why: `process ${pid}, which has it, could not be read` }
        : protectionOf(process, this.#look.ownPids, this.#globs);
    this.#byPid.set(pid, protection);
    return protection;
  }

  /** What of the rule itself is not fulfilled yet. */
  #hold(rule: Rule, { finding, ageMs }: Candidate, action: PolicyAction, looks: number): Judgement | null {
    const waiting = wait(rule, action, looks);
    const because = (waitsFor: Decision['waitsFor'], why: string): Judgement => ({
      ...waiting,
      waitsFor,
      why: `'${rule.name}' matches, but ${why}`,
    });
    if (finding.confidence === 'possible' && !rule.allowPossible) {
      return because('confidence', 'its cause is only possible');
    }
    if ((ageMs ?? 0) < rule.minAgeMs) return because('age', `it is younger than ${spellDuration(rule.minAgeMs)}`);
    if (looks < rule.grace) return because('grace', `it was seen in ${looks} of ${rule.grace} looks`);
    return this.#around.isWindowOpen ? null : because('window', 'no maintenance window is open');
  }

  #act(rule: Rule, { finding, connection }: Candidate, action: PolicyAction, looks: number): Judgement {
    const process = `${finding.process?.pid ?? 0}/${finding.process === null ? 0 : valueOr(finding.process.startedAtMs, 0)}`;
    const held = this.#around.ration.take({ rule, action, cookie: connection.socket.cookie, process });
    if (held !== null) {
      return { ...wait(rule, action, looks), waitsFor: held.waitsFor, why: `'${rule.name}' matches, but ${held.why}` };
    }
    const how = rule.method.method === 'auto' ? `, and ${action.method} suits ${finding.cause}` : '';
    const seen = rule.grace > 1 ? ` in ${looks} looks` : '';
    return {
      ...wait(rule, action, looks),
      kind: this.#policy.mode === 'enforce' ? 'act' : 'observe',
      waitsFor: null,
      why: `'${rule.name}' matches${seen}${how}`,
    };
  }
}

function protect({ id, why }: Protection): Judgement {
  return { kind: 'protected', rule: null, protection: id, waitsFor: null, action: null, why, looks: 0 };
}

function exempt(rule: Rule | null, why: string, looks: number): Judgement {
  return { kind: 'exempt', rule: rule?.name ?? null, protection: null, waitsFor: null, action: null, why, looks };
}

function wait(rule: Rule, action: PolicyAction | null, looks: number): Judgement {
  return { kind: 'wait', rule: rule.name, protection: null, waitsFor: null, action, why: '', looks };
}

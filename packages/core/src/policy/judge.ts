import { OwnerFinder } from '../diagnose/index.ts';
import { type ProcessFacts, valueOr } from '../facts/index.ts';
import { type PairedLegs, pairRelayLegs } from '../ways/index.ts';
import { chooseAction } from './choose-action.ts';
import { connectionProtection, portProtection } from './connection-protection.ts';
import type { Decision, Protection } from './plan.ts';
import type { Candidate, Policy, PolicyAction, Rule } from './policy.ts';
import type { PolicyLook } from './policy-look.ts';
import type { Counters } from './policy-state.ts';
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
  /** Cookies that several sockets have. */
  readonly ambiguous: ReadonlySet<bigint>;
}

/** Decides about one connection after the other, the longest stuck first. Lives as long as one plan is made. */
export class Judge {
  readonly #policy: Policy;
  readonly #look: PolicyLook;
  readonly #around: Circumstances;
  readonly #rules: RuleFinder;
  readonly #globs: readonly ProcessGlob[];
  readonly #owners: OwnerFinder;
  readonly #legs: PairedLegs;
  readonly #byPid = new Map<number, Protection | null>();
  readonly #keys = new Map<ProcessFacts | null, string>();

  constructor(policy: Policy, look: PolicyLook, around: Circumstances) {
    this.#policy = policy;
    this.#look = look;
    this.#around = around;
    this.#rules = new RuleFinder(policy.rules);
    this.#globs = policy.protect.processes.map(compileProcessGlob);
    this.#owners = new OwnerFinder(look.facts);
    this.#legs = pairRelayLegs(look.facts, look.findings);
  }

  judge(candidate: Candidate, counters: Counters): Judgement {
    const protection = this.#protectionOf(candidate, counters);
    if (protection !== null) return protect(protection);
    const found = this.#rules.find(candidate);
    if (found === null) return exempt(null, 'no rule matches it', 0);
    const { rule, undecided } = found;
    if (undecided !== null) {
      return { ...wait(rule, null, 0), waitsFor: 'condition', why: `whether '${rule.name}' matches: ${undecided}` };
    }
    const looks = candidate.before?.rule === rule.name ? candidate.before.looks + 1 : 1;
    if (rule.method.method === 'none') return exempt(rule, `'${rule.name}' exempts it`, looks);
    const { facts } = this.#look;
    const chosen = chooseAction(rule.method, { candidate, facts, leg: this.#legs.legOf(candidate.connection) });
    if ('why' in chosen) return exempt(rule, `'${rule.name}' matches, but ${chosen.why}`, looks);
    return this.#hold(rule, candidate, chosen.action, looks) ?? this.#act(rule, candidate, chosen.action, looks);
  }

  #protectionOf(candidate: Candidate, counters: Counters): Protection | null {
    const { connection } = candidate;
    const { ambiguous } = this.#around;
    if (ambiguous.size > 0 && ambiguous.has(connection.socket.cookie)) {
      return { id: 'identity-unsure', why: 'several sockets have its cookie' };
    }
    return (
      connectionProtection(candidate, counters, this.#look.facts) ??
      this.#ownersProtection(candidate) ??
      portProtection(candidate, this.#policy.protect)
    );
  }

  /** All that have it, not the first: what is done to it is done to all of them. */
  #ownersProtection({ finding: { process }, connection: { socket, holders } }: Candidate): Protection | null {
    if (process === null) return { id: 'owner-unknown', why: 'nobody was seen to have it' };
    let protection = this.#askOf(process.pid);
    for (const { pid } of holders) protection ??= this.#askOf(pid);
    if (protection !== null || socket.inode !== 0) return protection;
    for (const pid of this.#owners.servingOf(this.#owners.listenersOf(socket))) protection ??= this.#askOf(pid);
    return protection;
  }

  #askOf(pid: number): Protection | null {
    const known = this.#byPid.get(pid);
    if (known !== undefined) return known;
    const process = this.#look.facts.processes.get(pid);
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
    const process = this.#keyOf(finding.process);
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

  /** A pid is used again, with the start time it is not. */
  #keyOf(process: ProcessFacts | null): string {
    const found = this.#keys.get(process);
    if (found !== undefined) return found;
    const key = process === null ? '' : `${process.pid}/${valueOr(process.startedAtMs, 0)}`;
    this.#keys.set(process, key);
    return key;
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

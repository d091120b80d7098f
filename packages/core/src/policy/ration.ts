import { isForProcess } from './choose-action.ts';
import type { Wait } from './plan.ts';
import type { Limits, Policy, PolicyAction, Rule } from './policy.ts';
import { HOUR_MS, type PastAction } from './policy-state.ts';

/** What holds an action back. */
export interface Held {
  readonly waitsFor: Wait;
  readonly why: string;
}

/** An action that is asked for. */
export interface Asked {
  readonly rule: Rule;
  readonly action: PolicyAction;
  readonly cookie: bigint;
  /** Identifies the owner. */
  readonly process: string;
}

interface Used {
  inPass: number;
  inHour: number;
  readonly byProcess: Map<string, number>;
}

/** Counts what one pass and the last hour have used up. Lives as long as one plan is made. */
export class Ration {
  readonly #limits: Limits;
  readonly #nowMs: number;
  readonly #actions: PastAction[];
  readonly #tried = new Set<bigint>();
  readonly #triedProcesses = new Set<string>();
  /** By the name of the rule; null: all of them. */
  readonly #used = new Map<string | null, Used>();

  /** @param nowMs on the steady clock. */
  constructor({ limits }: Policy, actions: readonly PastAction[], nowMs: number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#actions = actions.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    for (const { rule, method, cookie, process } of this.#actions) {
      this.#tried.add(cookie);
      this.#triedProcesses.add(`${method} ${process}`);
      this.#usedBy(null).inHour++;
      this.#usedBy(rule).inHour++;
    }
  }

  /** Takes what an action needs, and answers null; or says what holds it back, and takes nothing. */
  take({ rule, action, cookie, process }: Asked): Held | null {
    const { method } = action;
    if (isForProcess(action) && this.#triedProcesses.has(`${method} ${process}`)) {
      return { waitsFor: 'tried', why: `${method} is done once an hour for a process, and that was done` };
    }
    if (this.#tried.size > 0 && this.#tried.has(cookie)) {
      return { waitsFor: 'tried', why: 'something was done to it within the hour, and it is still there' };
    }
    const all = this.#usedBy(null);
    const own = this.#usedBy(rule.name);
    const held =
      exceeded(this.#limits, all, process, 'all rules together') ?? exceeded(rule.limits, own, process, 'this rule');
    if (held !== null) return held;
    this.#actions.push({ atMs: this.#nowMs, rule: rule.name, method, cookie, process });
    // Each connection is asked for once in a plan, a process for each of its connections.
    if (isForProcess(action)) this.#triedProcesses.add(`${method} ${process}`);
    use(all, process);
    use(own, process);
    return null;
  }

  /** For the next state. */
  get actions(): readonly PastAction[] {
    return this.#actions;
  }

  #usedBy(rule: string | null): Used {
    const found = this.#used.get(rule);
    if (found !== undefined) return found;
    const fresh = { inPass: 0, inHour: 0, byProcess: new Map<string, number>() };
    this.#used.set(rule, fresh);
    return fresh;
  }
}

function use(used: Used, process: string): void {
  used.inPass++;
  used.inHour++;
  used.byProcess.set(process, (used.byProcess.get(process) ?? 0) + 1);
}

function exceeded(limits: Limits, used: Used, process: string, whose: string): Held | null {
  if ((used.byProcess.get(process) ?? 0) >= limits.perProcess) {
    return { waitsFor: 'process-limit', why: `${whose} may act ${limits.perProcess} times on a process in one pass` };
  }
  if (used.inPass >= limits.total) {
    return { waitsFor: 'pass-limit', why: `${whose} may act ${limits.total} times in one pass` };
  }
  if (used.inHour >= limits.perHour) {
    return { waitsFor: 'hour-limit', why: `${whose} may act ${limits.perHour} times in an hour` };
  }
  return null;
}

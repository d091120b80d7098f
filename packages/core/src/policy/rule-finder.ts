import type { Finding } from '../diagnose/index.ts';
import type { Reading } from '../facts/index.ts';
import type { Candidate, Rule } from './policy.ts';

/** The rule that decides about a connection. */
export interface FoundRule {
  readonly rule: Rule;
  /** Why it is not known whether it matches; null: it does. */
  readonly undecided: string | null;
}

/**
 * Finds the first rule that matches. One of which that is not known ends the search: a rule behind it only holds where it does not
 * match, and it may be the one that exempts.
 */
export class RuleFinder {
  readonly #rules: readonly Rule[];
  /** What conditions about findings have answered, by the place of their rule. */
  readonly #answers = new Map<Finding, (Reading<boolean> | undefined)[]>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  find(candidate: Candidate): FoundRule | null {
    const answers = this.#answersFor(candidate.finding);
    for (const [place, rule] of this.#rules.entries()) {
      const { condition } = rule;
      const holds = condition.isAboutFinding
        ? (answers[place] ??= condition.holds(candidate))
        : condition.holds(candidate);
      if (!holds.known) return { rule, undecided: holds.detail };
      if (holds.value) return { rule, undecided: null };
    }
    return null;
  }

  #answersFor(finding: Finding): (Reading<boolean> | undefined)[] {
    const found = this.#answers.get(finding);
    if (found !== undefined) return found;
    const fresh: (Reading<boolean> | undefined)[] = [];
    this.#answers.set(finding, fresh);
    return fresh;
  }
}

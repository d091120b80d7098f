import type { CauseId, Confidence, Facts, Severity } from '../facts/index.ts';
import type { CloseCommand } from './close-command.ts';
import type { Evidence, MissingEvidence, Remedy } from './finding.ts';
import type { Group } from './group.ts';

/** What a rule makes of a group. A rule that does not apply answers null. */
export interface Verdict {
  readonly confidence: Confidence;
  readonly title: string;
  readonly evidence: readonly Evidence[];
  readonly against: readonly Evidence[];
  readonly missing: readonly MissingEvidence[];
}

/** Everything about one cause: its rule and what to say and do. */
export interface Cause {
  readonly id: CauseId;
  readonly severity: Severity;
  /** One sentence: what happens. The list of causes in the documentation says the same. */
  readonly summary: string;
  /** In plain words, one paragraph: how it comes to this. */
  readonly explanation: string;
  /** Judges one group by what the look learned. Pure. */
  judge(group: Group, facts: Facts): Verdict | null;
  /** What to do now, the least invasive first. */
  remedies(group: Group, close: CloseCommand): readonly Remedy[];
  /** One paragraph: what to change in the program, in any language. */
  readonly codeFix: string;
  /** What it comes to in one language, where the languages differ: names of calls and of settings. */
  readonly codeFixes: Readonly<Partial<Record<Language, string>>>;
}

/** The languages in which a fix is spelt out. */
export const LANGUAGES = ['c', 'node', 'go', 'java', 'python'] as const;

export type Language = (typeof LANGUAGES)[number];

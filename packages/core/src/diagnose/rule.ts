import type { CauseId, Confidence, Facts, Severity } from '../facts/index.ts';
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
  /** Judges one group by what the look learned. Pure. */
  judge(group: Group, facts: Facts): Verdict | null;
  /** What to do now, the least invasive first. */
  remedies(group: Group): readonly Remedy[];
  /** One paragraph: what to change in the program. */
  readonly codeFix: string;
}

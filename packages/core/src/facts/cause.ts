/**
 * The public vocabulary of causes: it appears in JSON, in metrics, in policies and as docs/causes/<id>.md.
 * A cause joins the list together with its rule under diagnose/causes/.
 */
export const CAUSE_IDS = ['never-accepted', 'closed-but-held', 'undetermined'] as const;

/** A cause for which connections stay. */
export type CauseId = (typeof CAUSE_IDS)[number];

/** How sure a finding is. `certain` must never be wrong. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** `leak`: descriptors go for good. `stall`: work has stopped. `benign`: harmless as it is. */
export type Severity = 'leak' | 'stall' | 'benign';

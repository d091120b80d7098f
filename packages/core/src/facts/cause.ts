/**
 * The public vocabulary of causes: it appears in JSON, in metrics, in policies and as docs/causes/<id>.md.
 * A cause joins the list together with its rule under diagnose/causes/. Of two that are equally sure the one that
 * stands first is the finding: it says more.
 */
export const CAUSE_IDS = [
  'process-stopped',
  'descriptor-limit',
  'never-accepted',
  'holder-hidden',
  'inherited-descriptor',
  'half-close-in-use',
  'writer-blocked',
  'half-closed-relay',
  'event-loop-stalled',
  'eof-spin',
  'interest-lost',
  'idle-pool',
  'worker-stuck',
  'reader-paused',
  'descriptor-leaked',
  'close-missing',
  'closed-but-held',
  'undetermined',
] as const;

/** A cause for which connections stay. */
export type CauseId = (typeof CAUSE_IDS)[number];

/** How sure a finding is. `certain` must never be wrong. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** `leak`: descriptors go for good. `stall`: work has stopped. `benign`: harmless as it is. */
export type Severity = 'leak' | 'stall' | 'benign';

import type { CauseId } from '@closewait/core/facts';

/** A cause that a scenario can build: all that have a rule, but for the answer that nothing decides. */
export type LabCause = Exclude<CauseId, 'undetermined'>;

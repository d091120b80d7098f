import type { PeerId, RemedyCause, RemedyId } from '@closewait/core/experiment';

/** A cell that is to be measured. */
export interface PlannedCell {
  readonly cause: RemedyCause;
  readonly remedy: RemedyId;
  readonly peer: PeerId;
}

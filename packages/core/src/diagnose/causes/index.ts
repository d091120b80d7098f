import type { CauseId } from '../../facts/index.ts';
import type { Cause } from '../rule.ts';
import { closedButHeld } from './closed-but-held/index.ts';
import { descriptorLimit } from './descriptor-limit/index.ts';
import { halfClosedRelay } from './half-closed-relay/index.ts';
import { holderHidden } from './holder-hidden/index.ts';
import { neverAccepted } from './never-accepted/index.ts';
import { processStopped } from './process-stopped/index.ts';
import { undetermined } from './undetermined/index.ts';
import { writerBlocked } from './writer-blocked/index.ts';

export { judgeClosedButHeld } from './closed-but-held/index.ts';

/** Every cause, by its id. An id without a cause, or a cause without an id, does not compile. */
export const CAUSES = {
  'process-stopped': processStopped,
  'descriptor-limit': descriptorLimit,
  'never-accepted': neverAccepted,
  'writer-blocked': writerBlocked,
  'half-closed-relay': halfClosedRelay,
  'holder-hidden': holderHidden,
  'closed-but-held': closedButHeld,
  undetermined,
} satisfies Record<CauseId, Cause> as Readonly<Record<CauseId, Cause>>;

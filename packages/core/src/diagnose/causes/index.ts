import type { CauseId } from '../../facts/index.ts';
import type { Cause } from '../rule.ts';
import { closeMissing } from './close-missing/index.ts';
import { closedButHeld } from './closed-but-held/index.ts';
import { descriptorLeaked } from './descriptor-leaked/index.ts';
import { descriptorLimit } from './descriptor-limit/index.ts';
import { eofSpin } from './eof-spin/index.ts';
import { eventLoopStalled } from './event-loop-stalled/index.ts';
import { halfCloseInUse } from './half-close-in-use/index.ts';
import { halfClosedRelay } from './half-closed-relay/index.ts';
import { holderHidden } from './holder-hidden/index.ts';
import { idlePool } from './idle-pool/index.ts';
import { inheritedDescriptor } from './inherited-descriptor/index.ts';
import { interestLost } from './interest-lost/index.ts';
import { neverAccepted } from './never-accepted/index.ts';
import { processStopped } from './process-stopped/index.ts';
import { readerPaused } from './reader-paused/index.ts';
import { undetermined } from './undetermined/index.ts';
import { workerStuck } from './worker-stuck/index.ts';
import { writerBlocked } from './writer-blocked/index.ts';

export { judgeClosedButHeld } from './closed-but-held/index.ts';

/** Every cause, by its id. An id without a cause, or a cause without an id, does not compile. */
export const CAUSES = {
  'process-stopped': processStopped,
  'descriptor-limit': descriptorLimit,
  'never-accepted': neverAccepted,
  'holder-hidden': holderHidden,
  'inherited-descriptor': inheritedDescriptor,
  'half-close-in-use': halfCloseInUse,
  'writer-blocked': writerBlocked,
  'half-closed-relay': halfClosedRelay,
  'event-loop-stalled': eventLoopStalled,
  'eof-spin': eofSpin,
  'interest-lost': interestLost,
  'idle-pool': idlePool,
  'worker-stuck': workerStuck,
  'reader-paused': readerPaused,
  'descriptor-leaked': descriptorLeaked,
  'close-missing': closeMissing,
  'closed-but-held': closedButHeld,
  undetermined,
} satisfies Record<CauseId, Cause> as Readonly<Record<CauseId, Cause>>;

/** Everything that is known of a cause in general. */
export function causeOf(id: CauseId): Cause {
  return CAUSES[id];
}

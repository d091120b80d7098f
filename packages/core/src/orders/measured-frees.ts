import type { CauseId } from '../facts/index.ts';
import type { OrderedAction } from '../ways/index.ts';
import type { Freed, Frees } from './order.ts';

/** Causes of which a worker serves nobody as long as nothing is done. Of the others none is lost. */
const LOSES_WORKER: ReadonlySet<CauseId> = new Set<CauseId>([
  'process-stopped',
  'descriptor-limit',
  'never-accepted',
  'half-close-in-use',
  'writer-blocked',
  'half-closed-relay',
  'event-loop-stalled',
  'eof-spin',
  'worker-stuck',
]);

/** Whoever waits in these wakes when the connection ends, and closes. */
const WAKES: ReadonlySet<CauseId> = new Set<CauseId>(['writer-blocked', 'half-close-in-use']);

/**
 * What an action gives back, measured with every cause and every kind of peer on real sockets (docs/remedies.md); a test holds
 * this against docs/measured/remedies.json. The programs of the measurement close where they learn of the end: one with a
 * further flaw gives back less. Null: not measured.
 */
export function measuredFrees(cause: CauseId, action: OrderedAction): Frees | null {
  if (action.method === 'free-descriptor') return freesOf(cause, 'yes', 'yes');
  if (cause === 'undetermined' || cause === 'closed-but-held') return null;
  switch (action.method) {
    case 'destroy':
      return freesOf(cause, 'yes', WAKES.has(cause) ? 'yes' : 'no');
    case 'shutdown':
      return freesOf(cause, 'yes', action.leg !== null || WAKES.has(cause) ? 'yes' : 'no');
    case 'timeout':
      return freesByTimeout(cause, action.keepalive);
    case 'limit':
      return cause === 'descriptor-limit' ? freesOf(cause, 'yes', 'yes') : freesOf(cause, 'no', 'no');
    case 'thaw':
      return cause === 'process-stopped' ? freesOf(cause, 'yes', 'yes') : freesOf(cause, 'no', 'no');
    default:
      return action satisfies never;
  }
}

function freesByTimeout(cause: CauseId, keepalive: boolean): Frees {
  // The persist timer rules while data waits, and keepalive, if it is switched on too, does not run.
  if (WAKES.has(cause)) {
    const freed = cause === 'writer-blocked' ? 'yes' : 'depends';
    return freesOf(cause, freed, freed);
  }
  // A peer that lives answers every probe, one that has gone does not.
  return freesOf(cause, keepalive ? 'depends' : 'no', 'no');
}

/** In all that was measured a worker that is lost comes back with the descriptor, and not without. */
function freesOf(cause: CauseId, connection: Freed, descriptor: Freed): Frees {
  return { connection, descriptor, worker: LOSES_WORKER.has(cause) ? descriptor : 'not-lost' };
}

import type { RemedyId } from '@closewait/core/experiment';
import type { PlannedCell } from './planned-cell.ts';

const NEEDS_COPY: readonly RemedyId[] = [
  'shutdown-read',
  'shutdown-write',
  'shutdown-both',
  'timeout-outside',
  'keepalive-outside',
];

/** Why a combination makes no sense; null: it is measured. */
export function whyNot({ cause, remedy, peer }: PlannedCell): string | null {
  if (cause === 'closed-but-held' && peer !== 'expired') {
    return 'the peer has reset the connection: nothing of it is left there';
  }
  if ((cause === 'writer-blocked' || cause === 'half-close-in-use') && (peer === 'closed' || peer === 'expired')) {
    if (remedy !== 'none')
      return 'a peer that has closed answers data with a reset: the connection ends without a remedy';
  }
  if (remedy.startsWith('other-leg-') && cause !== 'half-closed-relay') return 'only a relay has another leg';
  const isQueued = cause === 'never-accepted' || cause === 'descriptor-limit';
  if (remedy === 'listener-shutdown' && !isQueued) return 'the connection is not in an accept queue';
  if (remedy === 'send-timeout-outside' && cause !== 'writer-blocked') return 'nobody waits in a call that writes';
  if (isQueued && NEEDS_COPY.includes(remedy)) return 'it was not accepted: there is no descriptor to copy';
  if (cause === 'holder-hidden' && NEEDS_COPY.includes(remedy)) {
    return 'no process has a descriptor of it: there is none to copy';
  }
  return null;
}

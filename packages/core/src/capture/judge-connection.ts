import type { CapturedConnection } from './captured-connection.ts';
import type { CapturedEnd } from './captured-end.ts';
import { findDoubts } from './find-doubts.ts';
import type { CaptureTrust, DoubtId, OwedFin, Verdict } from './verdict.ts';

/**
 * The verdict on a connection at the end of the capture.
 *
 * `certain` says that the end still owed its FIN longer than the least age after it had received the other's: a segment of
 * its own proves that, so a lost packet cannot make it wrong. `likely`: nothing is missing, but the proof is young;
 * `possible`: something is missing that could have been the FIN or its acknowledgment.
 */
export function judgeConnection(connection: CapturedConnection, trust: CaptureTrust): Verdict {
  const { first, second } = connection;
  if (connection.contradictions > 0) return { kind: 'cannot-say', doubts: ['contradiction'], owed: null };
  if (connection.isResetDisputed) return { kind: 'cannot-say', doubts: ['reset-disputed'], owed: null };
  if (first.fin !== null && second.fin !== null) {
    return { kind: 'closed', betweenFinsMs: Math.abs(first.fin.firstMs - second.fin.firstMs) };
  }
  const reset = judgeReset(first, second) ?? judgeReset(second, first);
  if (reset !== null) return reset;
  if (second.segments === 0 && first.state.proven === 'SYN-SENT') return { kind: 'unanswered' };
  if (connection.isReplaced) return { kind: 'cannot-say', doubts: ['replaced'], owed: null };
  if (first.fin !== null) return judgeOwed(second, first, first.fin.firstMs, connection, trust);
  if (second.fin !== null) return judgeOwed(first, second, second.fin.firstMs, connection, trust);
  return judgeOpen(connection, trust);
}

function judgeReset(by: CapturedEnd, other: CapturedEnd): Verdict | null {
  if (by.resetMs === null || (other.resetMs !== null && other.resetMs < by.resetMs)) return null;
  return { kind: 'reset', by, atMs: by.resetMs };
}

/** Nobody's FIN was seen; whether one was there is another question. */
function judgeOpen({ ends }: CapturedConnection, { isControlOnly }: CaptureTrust): Verdict {
  const doubts = new Set<DoubtId>();
  for (const end of ends) {
    if (end.segments === 0) doubts.add('one-direction');
    else if (!end.isFollowed) doubts.add('started-late');
    if (end.mayHideFin && !isControlOnly) doubts.add('fin-may-be-missing');
  }
  return doubts.size === 0 ? { kind: 'open' } : { kind: 'cannot-say', doubts: [...doubts], owed: null };
}

function judgeOwed(
  end: CapturedEnd,
  closer: CapturedEnd,
  sinceMs: number,
  connection: CapturedConnection,
  trust: CaptureTrust,
): Verdict {
  const { afterFin } = end;
  const owed: OwedFin = {
    end,
    closer,
    sinceMs,
    ageMs: Math.max(0, trust.endMs - sinceMs),
    provenMs: afterFin === null ? null : afterFin.provenMs - afterFin.receivedMs,
  };
  const { forbidding, weakening } = findDoubts(owed, connection, trust);
  if (forbidding.length > 0) return { kind: 'cannot-say', doubts: forbidding, owed };
  if (isInUse(owed, trust)) return { kind: 'half-close-in-use', doubts: weakening, ...owed };
  // Beyond the disorder of timestamps, so that a segment of before the FIN cannot pass for one of after it.
  if (owed.provenMs !== null && owed.provenMs >= trust.minAgeMs + trust.disorderMs && owed.provenMs >= LEAST_PROOF_MS) {
    return { kind: 'half-closed', confidence: 'certain', doubts: [], ...owed };
  }
  const confidence = weakening.every((doubt) => doubt === 'no-later-proof') ? 'likely' : 'possible';
  return { kind: 'half-closed', confidence, doubts: weakening, ...owed };
}

/** A segment that the network delays or repeats arrives within this; only then is the order of capture the order of sending. */
const LEAST_PROOF_MS = 1000;

/**
 * A half-close is for sending on (RFC 9293 section 3.6). It is in use as long as the silence is no longer than the pauses
 * before it were, or than the age below which nothing is judged.
 */
function isInUse({ end: { afterFin } }: OwedFin, { endMs, minAgeMs }: CaptureTrust): boolean {
  if (afterFin === null || afterFin.lastDataMs === null) return false;
  return endMs - afterFin.lastDataMs <= Math.max(minAgeMs, afterFin.longestPauseMs);
}

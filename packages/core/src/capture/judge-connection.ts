import type { Confidence } from '../facts/index.ts';
import type { CapturedConnection } from './captured-connection.ts';
import type { CapturedEnd } from './captured-end.ts';
import { findDoubts } from './find-doubts.ts';

/** What the whole capture tells about how far it can be trusted. */
export interface CaptureTrust {
  /** When the capture ended: the last packet, or later where the file says when it stopped. */
  readonly endMs: number;
  /** Below this age a FIN that is owed is only passing. */
  readonly minAgeMs: number;
  /** How far timestamps run backwards at most. */
  readonly disorderMs: number;
  /** Only segments with SYN, FIN or RST were captured, as by a filter. */
  readonly isControlOnly: boolean;
  /** Connections of which octets are missing. */
  readonly gappedConnections: number;
  /** What the capture itself counted as dropped; null where it does not say. */
  readonly dropped: number | null;
}

/**
 * Why a verdict is not surer, or why there is none.
 *
 * - `started-late`: the capture joined the connection in the middle, and this end has sent no data since.
 * - `one-direction`: nothing of this end was seen.
 * - `fin-may-be-missing`: the last octet that it sent was not seen, and that can have been its FIN.
 * - `too-young`: the capture ends too soon after the other's FIN.
 * - `contradiction`: the sequence numbers are not those of one connection.
 * - `reset-disputed`: an end went on after a RST.
 * - `replaced`: another connection took over the endpoints, so this one had ended, unseen.
 * - `fin-not-acknowledged`: whether it has received the FIN is not known.
 * - `control-only`: the capture holds only segments with SYN, FIN or RST.
 * - `octets-missing`: the capture has lost segments of this connection.
 * - `fragments`: segments came in IP fragments, whose length is not known.
 * - `others-missing`: the capture has lost segments of other connections.
 * - `capture-dropped`: the capture says that it dropped packets.
 * - `timestamps-run-back`: times are not in order, by more than the age that decides.
 * - `no-later-proof`: nothing that it sent long enough after the FIN proves it.
 */
export type DoubtId =
  | 'started-late'
  | 'one-direction'
  | 'fin-may-be-missing'
  | 'too-young'
  | 'contradiction'
  | 'reset-disputed'
  | 'replaced'
  | 'fin-not-acknowledged'
  | 'control-only'
  | 'octets-missing'
  | 'fragments'
  | 'others-missing'
  | 'capture-dropped'
  | 'timestamps-run-back'
  | 'no-later-proof';

/** A FIN that one end owes. */
export interface OwedFin {
  readonly end: CapturedEnd;
  readonly closer: CapturedEnd;
  readonly sinceMs: number;
  /** Up to the end of the capture. */
  readonly ageMs: number;
  /** For how long its own segments prove it; null where its acknowledgment of the FIN was not seen. */
  readonly provenMs: number | null;
}

/** What can be said about one connection. */
export type Verdict =
  | { readonly kind: 'closed'; readonly betweenFinsMs: number }
  | { readonly kind: 'reset'; readonly by: CapturedEnd; readonly atMs: number }
  | ({
      readonly kind: 'half-closed';
      readonly confidence: Confidence;
      readonly doubts: readonly DoubtId[];
    } & OwedFin)
  | ({ readonly kind: 'half-close-in-use'; readonly doubts: readonly DoubtId[] } & OwedFin)
  | { readonly kind: 'open' }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'cannot-say'; readonly doubts: readonly DoubtId[]; readonly owed: OwedFin | null };

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

import type { Confidence } from '../facts/index.ts';
import type { CapturedEnd } from './captured-end.ts';

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
export const DOUBT_IDS = [
  'started-late',
  'one-direction',
  'fin-may-be-missing',
  'too-young',
  'contradiction',
  'reset-disputed',
  'replaced',
  'fin-not-acknowledged',
  'control-only',
  'octets-missing',
  'fragments',
  'others-missing',
  'capture-dropped',
  'timestamps-run-back',
  'no-later-proof',
] as const;

/** See {@link DOUBT_IDS}. */
export type DoubtId = (typeof DOUBT_IDS)[number];

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

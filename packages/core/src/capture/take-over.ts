import type { CapturedConnection } from './captured-connection.ts';
import { ACK, type CapturedSegment, RST, SYN } from './captured-segment.ts';
import { advance } from './sequence.ts';

/**
 * Whether a segment between the endpoints of a known connection belongs to it.
 *
 * - `same`: it does.
 * - `rival`: a SYN that would begin another one; only its answer tells. A stack that still has the old connection answers
 *   with a challenge ACK (RFC 5961 section 4), one that has not accepts or refuses.
 * - `other`: another connection has begun, with these segments.
 * - `stray`: neither.
 */
export type Belonging =
  | { readonly kind: 'same' | 'rival' | 'stray' }
  | { readonly kind: 'other'; readonly segments: readonly [CapturedSegment, ...CapturedSegment[]] };

const SAME: Belonging = { kind: 'same' };

/** Decides to which connection a segment belongs. */
export function judgeBelonging(known: CapturedConnection, segment: CapturedSegment): Belonging {
  const { rival } = known;
  if ((segment.bits & (SYN | ACK)) === SYN) return judgeSyn(known, segment);
  if (rival !== null && isAnswerTo(rival, segment, known)) return { kind: 'other', segments: [rival, segment] };
  return (segment.bits & (SYN | RST)) === SYN ? judgeSynAck(known, segment) : SAME;
}

function judgeSyn(known: CapturedConnection, segment: CapturedSegment): Belonging {
  const sender = known.senderOf(segment);
  const hasAnswer = known.otherThan(sender).segments > 0;
  if (sender.initialSequence === segment.sequence) return SAME;
  // The second SYN of a simultaneous open (RFC 9293 figure 7).
  if (sender.segments === 0 && known.opening === 'seen' && !known.isSettled) return SAME;
  return known.isSettled || !hasAnswer ? { kind: 'other', segments: [segment] } : { kind: 'rival' };
}

/** Its SYN,ACK, its RST, or the next segment of whoever sent it. */
function isAnswerTo(rival: CapturedSegment, segment: CapturedSegment, known: CapturedConnection): boolean {
  if ((segment.bits & ACK) === 0) return false;
  const next = advance(rival.sequence, 1);
  if (known.senderOf(segment) === known.senderOf(rival)) return (segment.bits & RST) === 0 && segment.sequence === next;
  return (segment.bits & (SYN | RST)) !== 0 && segment.acknowledgment === next;
}

function judgeSynAck(known: CapturedConnection, segment: CapturedSegment): Belonging {
  const { initialSequence, stream } = known.senderOf(segment);
  const isKnown =
    initialSequence === null
      ? stream === null || stream.edge === advance(segment.sequence, 1)
      : initialSequence === segment.sequence;
  if (isKnown) return SAME;
  return known.isSettled || initialSequence === null ? { kind: 'other', segments: [segment] } : { kind: 'stray' };
}

import type { CapturedEnd } from './captured-end.ts';
import { ACK, type CapturedSegment, RST } from './captured-segment.ts';
import { distance, LARGEST_WINDOW } from './sequence.ts';

/** Whether a segment's numbers lie so far off that they belong to another connection, or to nobody. */
export function isOutsideWindow(
  { bits, sequence, acknowledgment }: CapturedSegment,
  { stream }: CapturedEnd,
  receiver: CapturedEnd,
): boolean {
  const hasSequence = (bits & RST) === 0 || sequence !== 0;
  if (stream !== null && hasSequence && Math.abs(distance(sequence, stream.edge)) > LARGEST_WINDOW) return true;
  if ((bits & (ACK | RST)) !== ACK || receiver.stream === null) return false;
  return Math.abs(distance(acknowledgment, receiver.stream.edge)) > LARGEST_WINDOW;
}

/**
 * Whether the receiver takes a RST for one. In SYN-SENT it must acknowledge the SYN (RFC 9293 section 3.10.7.3);
 * afterwards it must stand at RCV.NXT, a RST elsewhere is only challenged (RFC 5961 section 3.2). What the receiver's
 * RCV.NXT is shows in its acknowledgments, or will be the sender's edge once everything has arrived. Linux also takes one
 * at the peer's FIN (tcp_reset_check(), net/ipv4/tcp_input.c).
 */
export function isResetTaken(
  { bits, sequence, acknowledgment }: CapturedSegment,
  sender: CapturedEnd,
  receiver: CapturedEnd,
): boolean {
  if (receiver.state.proven === 'SYN-SENT' && receiver.stream !== null && (bits & ACK) !== 0) {
    return distance(acknowledgment, receiver.stream.edge) === 0;
  }
  const { stream, fin } = sender;
  // Nothing is known of the sender's numbers, or it has sent what the capture has not seen.
  if (stream === null || distance(sequence, stream.edge) >= 0) return true;
  return sequence === stream.acknowledged || sequence === fin?.sequence;
}

import type { CapturedEnd } from './captured-end.ts';
import { ACK, type CapturedSegment, SYN } from './captured-segment.ts';
import { advance, distance } from './sequence.ts';

/**
 * An end has sent a SYN: actively where nobody asked it to, otherwise as the answer of a listener. `answering` is null
 * for a SYN,ACK. A SYN that was not seen itself, only its answer, has no time.
 */
export function openBySyn(
  end: CapturedEnd,
  other: CapturedEnd | null,
  sequence: number,
  atMs: number | null = null,
): void {
  if (end.initialSequence !== null) return;
  end.initialSequence = sequence;
  end.synMs = atMs;
  if (end.state.proven === 'CLOSED') end.state.happen(other === null ? 'passive OPEN' : 'active OPEN');
  if (atMs !== null || other === null) return;
  // Not seen, but answered: it has arrived.
  end.beginAt(sequence).add(sequence, 1);
  other.state.expect('rcv SYN', advance(sequence, 1));
}

/**
 * Makes up for what the capture missed of a handshake: who sends without SYN has gone through it. True where something
 * had to be inferred.
 */
export function inferHandshake(
  { bits, acknowledgment }: CapturedSegment,
  {
    sender,
    receiver,
    isNew,
  }: { readonly sender: CapturedEnd; readonly receiver: CapturedEnd; readonly isNew: boolean },
): boolean {
  if ((bits & SYN) !== 0 || (bits & ACK) === 0) return false;
  let inferred = false;
  if (sender.state.proven === 'SYN-SENT') {
    // The SYN,ACK was not seen; the listener has sent it, and this is its acknowledgment.
    if (receiver.state.proven === 'CLOSED') {
      receiver.state.happen('passive OPEN');
      receiver.state.happen('rcv SYN');
    }
    sender.state.happen('rcv SYN,ACK');
    inferred = true;
  } else if (sender.state.proven === 'CLOSED' && sender.resetMs === null) {
    // The listener's SYN,ACK was not seen, nor anything else of it before this.
    sender.state.happen('passive OPEN');
    sender.state.happen('rcv SYN');
    inferred = true;
  }
  // Data, or the acknowledgment of data: both need the handshake's last ACK, whichever segment brought it.
  const { initialSequence } = receiver;
  const hasAccepted = isNew || (initialSequence !== null && distance(acknowledgment, initialSequence) > 1);
  if (sender.state.proven === 'SYN-RECEIVED' && hasAccepted) sender.state.happen('rcv ACK of SYN');
  return inferred;
}

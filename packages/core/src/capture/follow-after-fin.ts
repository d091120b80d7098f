import type { CapturedEnd } from './captured-end.ts';
import { type CapturedSegment, FIN } from './captured-segment.ts';
import { distance } from './sequence.ts';

/**
 * Notes what an end says after it has acknowledged the other's FIN. Two kinds of segments prove that it had not sent its
 * own FIN when it sent them:
 *
 * - new data: a FIN is the last octet of a stream;
 * - an acknowledgment at SEG.SEQ = the end of everything that was seen of it: after a FIN SND.NXT is one higher, and Linux
 *   sends pure acknowledgments at SND.NXT (tcp_acceptable_seq(), net/ipv4/tcp_output.c) as long as the window allows. So
 *   everything must be acknowledged and the window open.
 *
 * A keep-alive probe of the end itself, at SND.NXT - 1, proves nothing.
 */
export function followAfterFin(
  { atMs, bits, sequence, acknowledgment, payloadBytes }: CapturedSegment,
  {
    sender,
    receiver,
    newData,
  }: { readonly sender: CapturedEnd; readonly receiver: CapturedEnd; readonly newData: number },
): void {
  const { stream } = sender;
  const { fin } = receiver;
  if (fin === null || stream === null || sender.fin !== null || (bits & FIN) !== 0) return;
  if (distance(acknowledgment, fin.end) < 0) return;
  sender.afterFin ??= { receivedMs: atMs, octets: 0, lastDataMs: null, longestPauseMs: 0, provenMs: atMs };
  const after = sender.afterFin;
  if (newData > 0) {
    after.longestPauseMs = Math.max(after.longestPauseMs, atMs - (after.lastDataMs ?? after.receivedMs));
    after.octets += newData;
    after.lastDataMs = atMs;
    after.provenMs = Math.max(after.provenMs, atMs);
    return;
  }
  const isAtEdge = payloadBytes === 0 && sequence === stream.edge && stream.acknowledged === stream.edge;
  const isWindowOpen = receiver.window !== null && receiver.window > 0;
  if (isAtEdge && isWindowOpen) after.provenMs = Math.max(after.provenMs, atMs);
}

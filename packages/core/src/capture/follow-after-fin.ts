import type { CapturedEnd } from './captured-end.ts';
import { type CapturedSegment, FIN } from './captured-segment.ts';
import { distance } from './sequence.ts';

/**
 * Notes what an end says after it has acknowledged the other's FIN. One kind of segment proves that it had not sent its own
 * FIN when it sent this one: a pure acknowledgment at SEG.SEQ = the end of everything that was seen of it. After a FIN SND.NXT
 * is one higher, and Linux sends pure acknowledgments at SND.NXT (tcp_acceptable_seq(), net/ipv4/tcp_output.c) as long as
 * the window allows; so everything must be acknowledged and the window open.
 *
 * A keep-alive probe of the end itself, at SND.NXT - 1, proves nothing. Nor do data that were not seen before: they may be
 * sent again, with a FIN already behind them, if the network lost them before the place of the capture the first time.
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
    return;
  }
  const isAtEdge = payloadBytes === 0 && sequence === stream.edge && stream.acknowledged === stream.edge;
  const isWindowOpen = receiver.window !== null && receiver.window > 0;
  if (isAtEdge && isWindowOpen) after.provenMs = Math.max(after.provenMs, atMs);
}

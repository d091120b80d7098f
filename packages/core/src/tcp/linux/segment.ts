/** A control bit that the model knows. PSH and URG move no state; ECN is not negotiated. */
export type SegmentFlag = 'SYN' | 'FIN' | 'RST' | 'ACK';

/** A segment, in numbers counted from the initial sequence numbers of both ends: a SYN is number 0. */
export interface ModelSegment {
  /** In the order SYN, FIN, RST, ACK. */
  readonly flags: readonly SegmentFlag[];
  /** SEG.SEQ from the sender's ISS on; null is the number 0 itself, of a RST that answers a SYN (RFC 9293 3.10.7.1). */
  readonly sequence: number | null;
  /** SEG.ACK from the receiver's ISS on; null without ACK. */
  readonly acknowledgment: number | null;
  /** Octets of data. */
  readonly bytes: number;
}

/** What a segment takes of the sequence space: its data, and one each for SYN and FIN. */
export function segmentLength({ flags, bytes }: ModelSegment): number {
  return bytes + (flags.includes('SYN') ? 1 : 0) + (flags.includes('FIN') ? 1 : 0);
}

/** `FIN,ACK seq 11 ack 1`, `ACK seq 1 ack 1, 10 bytes`. */
export function describeSegment({ flags, sequence, acknowledgment, bytes }: ModelSegment): string {
  const ack = acknowledgment === null ? '' : ` ack ${acknowledgment}`;
  const data = bytes === 0 ? '' : `, ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return `${flags.join(',')} seq ${sequence ?? 'none'}${ack}${data}`;
}

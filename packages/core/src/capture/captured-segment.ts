import type { Endpoint } from '../facts/index.ts';

/** Control bits of a TCP header, RFC 9293 section 3.1. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** One TCP segment as a capture holds it; numbers are those of its header. */
export interface CapturedSegment {
  /** Milliseconds since the epoch, with what the capture has of fractions. */
  readonly atMs: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** SEG.SEQ, 0 to 2^32 - 1. */
  readonly sequence: number;
  /** SEG.ACK; means nothing without the ACK bit. */
  readonly acknowledgment: number;
  /** The control bits as they stand in the header. */
  readonly bits: number;
  /** Octets of data by the length in the IP header: a capture may hold fewer. */
  readonly payloadBytes: number;
  /** Not scaled. Zero is zero with every scale. */
  readonly window: number;
  /** The first fragment of an IP packet: its segment is longer than `payloadBytes` says. */
  readonly isFragment: boolean;
}

/** Octets of sequence space that a segment takes: SYN and FIN take one each (RFC 9293 section 3.4). */
export function sequenceLength({ bits, payloadBytes }: CapturedSegment): number {
  return payloadBytes + ((bits & SYN) === 0 ? 0 : 1) + ((bits & FIN) === 0 ? 0 : 1);
}

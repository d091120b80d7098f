/**
 * How far `a` lies ahead of `b` in the sequence space, -2^31 to 2^31 - 1: negative where it lies behind. Comparisons of
 * sequence numbers are modulo 2^32 (RFC 9293 section 3.4).
 *
 * @example
 * distance(5, 0xfffffffe) // 7
 */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** `sequence` moved ahead by `octets`, 0 to 2^32 - 1. */
export function advance(sequence: number, octets: number): number {
  return (sequence + octets) >>> 0;
}

/**
 * Nothing that belongs to a connection lies farther from its edge: a window is at most 65,535 octets scaled by 2^14
 * (RFC 7323 section 2.3).
 */
export const LARGEST_WINDOW = 0x4000_0000;

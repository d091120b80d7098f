import { type LinuxEnd, UNUSED_END } from './end.ts';
import type { ModelSegment } from './segment.ts';

/** The two ends: `a` only ever opens actively, `b` may listen as well. */
export type Side = 'a' | 'b';

/** A pair of ends and the wire between them, on which segments wait until they are delivered. */
export interface LinuxPair {
  readonly a: LinuxEnd;
  readonly b: LinuxEnd;
  /** The socket of `b` that listens. `moved`: into the connection, as RFC 9293 has it and Linux does not. */
  readonly listener: 'none' | 'open' | 'closed' | 'moved';
  /** On the way to each end, the oldest first. */
  readonly toA: readonly ModelSegment[];
  readonly toB: readonly ModelSegment[];
}

/** Nothing has happened yet. */
export const UNUSED_PAIR: LinuxPair = { a: UNUSED_END, b: UNUSED_END, listener: 'none', toA: [], toB: [] };

/** The end across the wire. */
export function otherSide(side: Side): Side {
  return side === 'a' ? 'b' : 'a';
}

import type { CapturedSegment } from './captured-segment.ts';

/** One packet of a capture, as far as it matters here. */
export interface CapturedPacket {
  /** Milliseconds since the epoch; null where the capture has no time for it. */
  readonly atMs: number | null;
  /** The link layer that it was captured with, for example `Ethernet`. */
  readonly link: string;
  readonly isTagged: boolean;
  readonly content: { readonly kind: 'segment'; readonly segment: CapturedSegment } | { readonly kind: UnreadContent };
}

/**
 * What is not a segment.
 *
 * - `not-tcp`: another protocol.
 * - `fragment`: a later fragment of an IP packet; its segment, if it is one, is that of the first.
 * - `cut`: the capture holds too little of it for a TCP header.
 * - `malformed`: its headers contradict each other.
 * - `link-not-read`: of a link layer that is not read.
 */
export type UnreadContent = 'not-tcp' | 'fragment' | 'cut' | 'malformed' | 'link-not-read';

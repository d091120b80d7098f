/** Left: the end that sent the first SYN. Right: the other one. */
export type PictureSide = 'left' | 'right';

/** How a row is to be taken in; words say it too. */
export type PictureTone = 'plain' | 'strong' | 'faint' | 'warn' | 'alarm' | 'good';

/** Two programs and their two kernel ends, time downwards: what text and SVG are drawn from. All texts are untrusted. */
export interface SequencePicture {
  readonly left: PictureLane;
  readonly right: PictureLane;
  readonly rows: readonly PictureRow[];
}

export interface PictureLane {
  /** Who has this end: `server 4711`. */
  readonly program: string;
  /** The state before the first row: `LISTEN`. */
  readonly before: string;
}

export type PictureRow =
  /** A segment from one kernel end to the other; `owed`: one that was not sent. */
  | (PictureRowBase & { readonly kind: 'arrow'; readonly from: PictureSide; readonly owed: boolean })
  /** A kernel end is in this state from now on; `stuck`: it should leave it, and does not. */
  | (PictureRowBase & { readonly kind: 'state'; readonly side: PictureSide; readonly stuck: boolean })
  /** Something that a program did; `owed`: what it has not done. */
  | (PictureRowBase & { readonly kind: 'call'; readonly side: PictureSide; readonly owed: boolean })
  /** Time in which nothing was seen, or more of the same, until `atMs`. */
  | { readonly kind: 'gap'; readonly atMs: number | null; readonly text: string };

interface PictureRowBase {
  /** Milliseconds; null where it has no time of its own. */
  readonly atMs: number | null;
  readonly text: string;
  readonly tone: PictureTone;
}

export type { ClosingTask } from './closing-parts.ts';
export { CloseFollower } from './follow-closes.ts';
export type { FoundOpen } from './found-table.ts';
export {
  type ConnectionEnds,
  ENDINGS,
  type Ending,
  type OpenClose,
  type Owner,
  type PassiveClose,
  type Stay,
  type WatchedProcess,
} from './passive-close.ts';
export { BAR_BOUNDS_MS, barOf, type DrawnDistribution, formatDistributions } from './text-distribution.ts';
export { formatShort, formatStay, stillOpenLine, type WatchTextOptions, watchHead, watchLine } from './text-watch.ts';
export {
  buildClose,
  buildStillOpen,
  instant,
  WATCH_SCHEMA_ID,
  type WatchClock,
  type WatchClose,
  type WatchDistribution,
  type WatchDocument,
  type WatchMethod,
  type WatchSummary,
} from './watch-document.ts';
export { endsKey } from './word-ends.ts';

/** The ids of causes that a scenario can build. Those that have a rule are `CauseId` in core/facts. */
export type LabCause =
  | 'never-accepted'
  | 'descriptor-limit'
  | 'worker-stuck'
  | 'event-loop-stalled'
  | 'descriptor-leaked'
  | 'close-missing'
  | 'eof-spin'
  | 'interest-lost'
  | 'reader-paused'
  | 'idle-pool'
  | 'writer-blocked'
  | 'half-closed-relay'
  | 'inherited-descriptor'
  | 'process-stopped'
  | 'holder-hidden'
  | 'half-close-in-use'
  | 'closed-but-held';

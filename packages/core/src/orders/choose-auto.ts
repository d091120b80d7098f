import type { CauseId } from '../facts/index.ts';

/** What `auto` does for a cause: a method, or nothing, with the reason and what helps instead. */
export type AutoChoice =
  | { readonly method: 'timeout' | 'shutdown' | 'limit' }
  | { readonly why: string; readonly helps: 'restart' | 'nothing' | null; readonly also: string | null };

const RESTART = 'only a restart frees this';
const ENDS_ALONE = '--with shutdown ends the connection and leaves the descriptor lost';

/**
 * The least that works, by what was measured of each cause (docs/remedies.md). Where something from outside would only take the
 * connection off the list, and hide that its descriptor or its worker is lost, nothing is done.
 */
export const AUTO: Readonly<Record<CauseId, AutoChoice>> = {
  // The writer wakes with ETIMEDOUT and closes; a peer that reads again in time loses nothing.
  'writer-blocked': { method: 'timeout' },
  // Of the other side: the relay reads the end there, and closes both.
  'half-closed-relay': { method: 'shutdown' },
  'descriptor-limit': { method: 'limit' },
  'process-stopped': {
    why: 'the process is stopped, and somebody may have had a reason',
    helps: null,
    also: '--with thaw lets it go on',
  },
  'idle-pool': {
    why: 'it is harmless: the pool closes it when it takes it the next time',
    helps: 'nothing',
    also: '--with destroy ends it now',
  },
  'half-close-in-use': { why: 'it is in use', helps: 'nothing', also: null },
  'never-accepted': { why: RESTART, helps: 'restart', also: '--with destroy leaves its place in the queue taken' },
  'holder-hidden': { why: 'only the end of whoever has it frees this', helps: 'restart', also: null },
  'inherited-descriptor': {
    why: 'only the end of the process that has inherited it frees this, not a restart of its parent',
    helps: null,
    also: ENDS_ALONE,
  },
  'event-loop-stalled': { why: RESTART, helps: 'restart', also: null },
  'worker-stuck': { why: RESTART, helps: 'restart', also: null },
  'eof-spin': { why: RESTART, helps: 'restart', also: null },
  'interest-lost': { why: RESTART, helps: 'restart', also: ENDS_ALONE },
  'reader-paused': { why: RESTART, helps: 'restart', also: 'the program may still want what it has not read' },
  'descriptor-leaked': { why: RESTART, helps: 'restart', also: `${ENDS_ALONE}; --with free-descriptor gives it back` },
  'close-missing': { why: RESTART, helps: 'restart', also: `${ENDS_ALONE}; --with free-descriptor gives it back` },
  'closed-but-held': { why: RESTART, helps: 'restart', also: '--with free-descriptor gives the descriptor back' },
  undetermined: {
    why: 'the cause is not known',
    helps: null,
    also: 'closewait explain says what is missing; --with names a method all the same',
  },
};

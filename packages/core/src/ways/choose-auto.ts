import type { Finding } from '../diagnose/index.ts';
import type { CauseId } from '../facts/index.ts';

/** What `auto` does for a cause: a method, or nothing, with the reason. */
type AutoOfCause =
  | { readonly method: 'timeout' | 'shutdown' | 'limit' }
  | {
      readonly why: string;
      /** Whether a restart of the owner helps instead. */
      readonly restart: boolean;
      /** What an operator may do by name. */
      readonly also: string | null;
    };

/** What `auto` does for a finding: a method, or nothing, with the reason and what helps instead. */
export type AutoChoice =
  | { readonly method: 'timeout' | 'shutdown' | 'limit' }
  | {
      /** A sentence without its full stop. */
      readonly why: string;
      /** How to restart the owner: the command of its unit or container, or words; null: that does not help. */
      readonly restart: string | null;
      /** What an operator may do by name. */
      readonly also: string | null;
    };

/** How long nothing may be acknowledged before `auto` gives a peer up, unless something else is said. Milliseconds. */
export const AUTO_TIMEOUT_MS = 10_000;

const RESTART = 'only a restart frees this';
const ENDS_ALONE = '--with shutdown ends the connection and leaves the descriptor lost';

/**
 * The least that works, by what was measured of each cause (docs/remedies.md). Where something from outside would only take the
 * connection off the list, and hide that its descriptor or its worker is lost, nothing is done.
 */
const AUTO: Readonly<Record<CauseId, AutoOfCause>> = {
  // The writer wakes with ETIMEDOUT and closes; a peer that reads again in time loses nothing.
  'writer-blocked': { method: 'timeout' },
  // Of the other side: the relay reads the end there, and closes both.
  'half-closed-relay': { method: 'shutdown' },
  'descriptor-limit': { method: 'limit' },
  'process-stopped': {
    why: 'the process is stopped, and somebody may have had a reason',
    restart: false,
    also: '--with thaw lets it go on',
  },
  'idle-pool': {
    why: 'it is harmless: the pool closes it when it takes it the next time',
    restart: false,
    also: '--with destroy ends it now',
  },
  'half-close-in-use': { why: 'it is in use', restart: false, also: null },
  'never-accepted': { why: RESTART, restart: true, also: '--with destroy leaves its place in the queue taken' },
  'holder-hidden': { why: 'only the end of whoever has it frees this', restart: true, also: null },
  'inherited-descriptor': {
    why: 'only the end of the process that has inherited it frees this, not a restart of its parent',
    restart: false,
    also: ENDS_ALONE,
  },
  'event-loop-stalled': { why: RESTART, restart: true, also: null },
  'worker-stuck': { why: RESTART, restart: true, also: null },
  'eof-spin': { why: RESTART, restart: true, also: null },
  'interest-lost': { why: RESTART, restart: true, also: ENDS_ALONE },
  'reader-paused': { why: RESTART, restart: true, also: 'the program may still want what it has not read' },
  'descriptor-leaked': { why: RESTART, restart: true, also: `${ENDS_ALONE}; --with free-descriptor gives it back` },
  'close-missing': { why: RESTART, restart: true, also: `${ENDS_ALONE}; --with free-descriptor gives it back` },
  'closed-but-held': { why: RESTART, restart: true, also: '--with free-descriptor gives the descriptor back' },
  undetermined: {
    why: 'the cause is not known',
    restart: false,
    also: 'closewait explain says what is missing; --with names a method all the same',
  },
};

/**
 * What `auto` comes to for a finding, whoever asks: an operator (`closewait close`) or a policy (`closewait reap`). Nothing where the
 * cause is only possible, as what helps depends on it.
 */
export function chooseAuto({
  cause,
  confidence,
  remedies,
}: Pick<Finding, 'cause' | 'confidence' | 'remedies'>): AutoChoice {
  const choice = AUTO[cause];
  if ('why' in choice) {
    const { why, restart, also } = choice;
    return { why, restart: restart ? (restartCommandOf({ remedies }) ?? 'restart the program') : null, also };
  }
  if (confidence !== 'possible') return choice;
  return {
    why: `the cause is only possible, and what helps depends on it (${choice.method} for ${cause})`,
    restart: null,
    also: `--with ${choice.method} does it all the same`,
  };
}

/** The command that restarts the owner's unit or container; null where there is none to paste. */
export function restartCommandOf({ remedies }: Pick<Finding, 'remedies'>): string | null {
  return remedies.find(({ id }) => id === 'restart')?.command ?? null;
}

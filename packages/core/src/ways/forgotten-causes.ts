import type { CauseId } from '../facts/index.ts';

/** Causes whose evidence says that nobody uses the descriptor any more: of these alone may one be given back. */
export const FORGOTTEN_CAUSES: readonly CauseId[] = ['descriptor-leaked', 'close-missing', 'closed-but-held'];

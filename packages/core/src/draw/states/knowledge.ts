import type { TcpState } from '../../tcp/index.ts';
import { CLOSING_KNOWLEDGE } from './knowledge-closing.ts';
import { OPENING_KNOWLEDGE } from './knowledge-opening.ts';
import type { StateKnowledge } from './state-knowledge.ts';

/** What is to be known of every state; a missing one does not compile. */
export const STATE_KNOWLEDGE: Readonly<Record<TcpState, StateKnowledge>> = {
  ...OPENING_KNOWLEDGE,
  ...CLOSING_KNOWLEDGE,
};

import type { TopState } from './state.ts';

/** The intervals that + and - go through. Milliseconds. */
const INTERVALS_MS = [500, 1000, 2000, 5000, 10_000, 30_000, 60_000] as const;

const CLOSES_HELP: readonly string[] = ['?', 'escape', 'q', 'enter'];

/** Keys that mean the same on every screen; null for the others. */
export function pressAnywhere(state: TopState, key: string): TopState | null {
  if (key === 'ctrl-c' || key === 'ctrl-d') return { ...state, isOver: true };
  if (key === 'ctrl-z') return { ...state, wantsStop: true };
  if (state.isTyping) return null;
  if (state.hasHelp) return CLOSES_HELP.includes(key) ? { ...state, hasHelp: false } : state;
  switch (key) {
    case '?':
      return { ...state, hasHelp: true };
    case 'p':
      // A recording does not go on.
      return state.recording === null ? { ...state, isPaused: !state.isPaused } : state;
    case '+':
      return { ...state, intervalMs: INTERVALS_MS.find((ms) => ms > state.intervalMs) ?? state.intervalMs };
    case '-':
      return { ...state, intervalMs: INTERVALS_MS.findLast((ms) => ms < state.intervalMs) ?? state.intervalMs };
    default:
      return null;
  }
}

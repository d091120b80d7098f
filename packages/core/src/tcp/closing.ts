import { isOrderly } from './events.ts';
import type { TcpState } from './states.ts';
import { step } from './step.ts';
import { TRANSITIONS, type Transition } from './transitions.ts';

/**
 * What a state tells about who closed first. RFC 9293 section 3.6 tells the cases apart.
 *
 * - `active`: this side did, the peer is the passive closer.
 * - `passive`: the peer did, and this side is the passive closer.
 * - `both`: CLOSING, each side sent its FIN before it saw the other's.
 * - `neither`: nobody has closed, or nothing is left to close.
 *
 * TIME-WAIT is `active`, although a simultaneous close ends there as well.
 */
export type ClosingRole = 'active' | 'passive' | 'both' | 'neither';

/** One side of the closing part of figure 5. */
export interface ClosingSide {
  /** In the order in which they are entered. */
  readonly states: readonly TcpState[];
  /** The orderly transitions that enter, connect and leave these states. */
  readonly transitions: readonly Transition[];
}

/** The closing part of RFC 9293 figure 5. */
export interface ClosingView {
  readonly active: ClosingSide;
  readonly passive: ClosingSide;
}

const ORDERLY: readonly Transition[] = TRANSITIONS.filter((it) => isOrderly(it.event));

/** Everything that an orderly close goes through from `entry` on, CLOSED not counted. */
function sideFrom(entry: TcpState): ClosingSide {
  const states = [entry];
  // A list that grows while it is walked: breadth first, each state once.
  for (const state of states) {
    for (const { from, to } of ORDERLY) {
      if (from === state && to !== 'CLOSED' && !states.includes(to)) {
        states.push(to);
      }
    }
  }
  return { states, transitions: ORDERLY.filter((it) => states.includes(it.from) || states.includes(it.to)) };
}

/**
 * The two ways from ESTABLISHED to CLOSED, read off the transitions: the one that begins with CLOSE and the one that
 * begins with the peer's FIN.
 *
 * @example
 * closingView().passive.states // ['CLOSE-WAIT', 'LAST-ACK']
 */
export function closingView(): ClosingView {
  return {
    active: sideFrom(step('ESTABLISHED', 'CLOSE').state),
    passive: sideFrom(step('ESTABLISHED', 'rcv FIN').state),
  };
}

const ROLE_OF = {
  LISTEN: 'neither',
  'SYN-SENT': 'neither',
  'SYN-RECEIVED': 'neither',
  ESTABLISHED: 'neither',
  'FIN-WAIT-1': 'active',
  'FIN-WAIT-2': 'active',
  'CLOSE-WAIT': 'passive',
  CLOSING: 'both',
  'LAST-ACK': 'passive',
  'TIME-WAIT': 'active',
  CLOSED: 'neither',
} as const satisfies Record<TcpState, ClosingRole>;

/**
 * Which side closed first, as far as the state of this side tells.
 *
 * @example
 * closingRole('CLOSE-WAIT') // 'passive': the peer is the active closer
 */
export function closingRole(state: TcpState): ClosingRole {
  return ROLE_OF[state];
}

export { type ClosingRole, type ClosingSide, type ClosingView, closingRole, closingView } from './closing.ts';
export {
  ERROR_EVENTS,
  isOrderly,
  type Opening,
  SEGMENT_ARRIVALS,
  type Section,
  type Sent,
  TCP_EVENTS,
  type TcpEvent,
  TIMEOUTS,
  USER_CALLS,
} from './events.ts';
export { fromLinuxState, linuxStateMask, toLinuxState } from './linux-states.ts';
export { TCP_STATES, type TcpState } from './states.ts';
export { type Step, step } from './step.ts';
export { TRANSITIONS, type Transition } from './transitions.ts';

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
export {
  describeAction,
  describeReason,
  describeSegment,
  type Halves,
  isPossible,
  LINUX_RULE_IDS,
  LINUX_RULES,
  type LinuxEnd,
  type LinuxPair,
  type LinuxRule,
  type LinuxRuleId,
  type ModelAction,
  type ModelAnswer,
  type ModelErrno,
  type ModelSegment,
  otherSide,
  type Performed,
  perform,
  type Reason,
  type SegmentFlag,
  type Side,
  segmentLength,
  socketState,
  type TableEntry,
  UNUSED_END,
  UNUSED_PAIR,
} from './linux/index.ts';
export { TCP_STATES, type TcpState } from './states.ts';
export { type Step, step } from './step.ts';
export { TRANSITIONS, type Transition } from './transitions.ts';

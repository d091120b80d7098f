export { describeAction, type Halves, isPossible, type ModelAction } from './actions.ts';
export { type LinuxEnd, type ModelErrno, socketState, type TableEntry, UNUSED_END } from './end.ts';
export { type LinuxPair, otherSide, type Side, UNUSED_PAIR } from './pair.ts';
export { type Performed, perform } from './perform.ts';
export { LINUX_RULE_IDS, LINUX_RULES, type LinuxRule, type LinuxRuleId } from './rules.ts';
export { describeSegment, type ModelSegment, type SegmentFlag, segmentLength } from './segment.ts';
export { describeReason, type ModelAnswer, type Reason } from './turn.ts';

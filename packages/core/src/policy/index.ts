export { optionsOf } from './choose-action.ts';
export { countLook, makePlan, type Planned } from './make-plan.ts';
export {
  type Decision,
  type DecisionKind,
  type Plan,
  PROTECTION_IDS,
  type Protection,
  type ProtectionId,
  WAITS,
  type Wait,
} from './plan.ts';
export {
  type Candidate,
  type Condition,
  LEAST_AGE_MS,
  type Limits,
  type MaintenanceWindow,
  type Policy,
  type PolicyAction,
  type ProtectList,
  type Rule,
  type RuleMethod,
  WEEKDAYS,
  type Weekday,
} from './policy.ts';
export {
  DEFAULTS,
  type LimitsDocument,
  type PolicyDocument,
  type RuleDocument,
  WINDOW_DAYS,
  type WindowDocument,
} from './policy-document.ts';
export type { PolicyLook } from './policy-look.ts';
export {
  type Counters,
  HOUR_MS,
  type Moment,
  NO_STATE,
  type PastAction,
  type PolicyState,
  type Sighting,
} from './policy-state.ts';

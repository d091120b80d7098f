// For `reap` alone: no report loads it.
export { buildPlan, type PlanContext } from './build-plan.ts';
export {
  PLAN_SCHEMA_ID,
  type PlanDocument,
  type PlannedAction,
  type PlannedConnection,
  type PlannedDecision,
  type PlannedOutcome,
  type PlanTotals,
} from './plan-document.ts';
export { formatPlan, type TextPlanOptions } from './text-plan.ts';

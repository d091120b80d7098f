import type { ActionOutcome } from '@closewait/core/facts';
import type { Decision, Plan } from '@closewait/core/policy';

/** Carries decisions out, one at a time. */
export interface Executor {
  /** Does what the decision says, after comparing once more whom it is about; answers what was observed afterwards. */
  execute(decision: Decision): Promise<ActionOutcome>;
}

/** What carries decisions out in this build; null: nothing yet. */
export function openExecutor(): Executor | null {
  return null;
}

/** Carries out what a plan decided to do and nothing else, in its order, one after the other. */
export async function carryOut(plan: Plan, executor: Executor): Promise<ReadonlyMap<Decision, ActionOutcome>> {
  const outcomes = new Map<Decision, ActionOutcome>();
  for (const decision of plan.decisions) {
    if (decision.kind === 'act') outcomes.set(decision, await executor.execute(decision));
  }
  return outcomes;
}

import { type Diagnosis, diagnose } from '@closewait/core/diagnose';
import type { Facts, KernelSource } from '@closewait/core/facts';
import { countLook, makePlan, NO_STATE, type Plan, type Policy, type PolicyLook } from '@closewait/core/policy';
import { bootTimeMs } from '../../ffi/index.ts';
import { examineClosely } from '../examine-closely.ts';
import { NO_OWN_PIDS, readOwnPids } from '../own-pids.ts';

/** Younger ones are passing through and no policy acts on them; from here on the plan says so. Milliseconds. */
const MIN_AGE_MS = 1000;

/** How a policy looks. */
export interface LookSetting {
  readonly looks: number;
  readonly intervalMs: number;
  readonly allNamespaces: boolean;
  /** Called before each look but the first. */
  readonly onLook: (done: number) => void;
}

/** The last look, and the plan that was made of all of them. */
export interface PlannedLooks {
  readonly facts: Facts;
  readonly diagnosis: Diagnosis;
  readonly plan: Plan;
}

/** Looks several times at this host, and plans for what the last look saw. */
export async function planForHost(policy: Policy, source: KernelSource, setting: LookSetting): Promise<PlannedLooks> {
  const ownPids = readOwnPids(source);
  let state = NO_STATE;
  for (let done = 1; ; done++) {
    const facts = await examine(source, setting);
    const diagnosis = diagnose(facts, { minAgeMs: MIN_AGE_MS });
    const now = { wallMs: facts.takenAtMs, steadyMs: bootTimeMs() };
    const look = { facts, findings: diagnosis.findings, now, ownPids };
    if (done === setting.looks) return { facts, diagnosis, plan: makePlan(policy, look, state).plan };
    state = countLook(policy, look, state);
    await source.pause(setting.intervalMs);
    setting.onLook(done);
  }
}

/**
 * A recording holds one moment of another host: it is taken for what each of the looks would see, with the time between them.
 */
export async function planForRecording(
  policy: Policy,
  source: KernelSource,
  { looks, intervalMs, allNamespaces }: Omit<LookSetting, 'onLook'>,
): Promise<PlannedLooks> {
  const facts = await examine(source, { allNamespaces });
  const diagnosis = diagnose(facts, { minAgeMs: MIN_AGE_MS });
  const lookAt = (passedMs: number): PolicyLook => ({
    facts,
    findings: diagnosis.findings,
    now: { wallMs: facts.takenAtMs + passedMs, steadyMs: passedMs },
    ownPids: NO_OWN_PIDS,
  });
  let state = NO_STATE;
  for (let done = 1; done < looks; done++) state = countLook(policy, lookAt((done - 1) * intervalMs), state);
  return { facts, diagnosis, plan: makePlan(policy, lookAt((looks - 1) * intervalMs), state).plan };
}

function examine(source: KernelSource, { allNamespaces }: Pick<LookSetting, 'allNamespaces'>): Promise<Facts> {
  return examineClosely(source, { minAgeMs: MIN_AGE_MS, allNamespaces, quick: false });
}

import { randomInt } from 'node:crypto';
import { release } from 'node:os';
import { buildModelReport, formatModel } from '@closewait/core/experiment';
import { ClosewaitError } from '@closewait/core/facts';
import { safeJson } from '@closewait/core/report';
import { LINUX_RULE_IDS, type LinuxRuleId } from '@closewait/core/tcp/linux';
import { describeStep, runModel } from '../../lab/index.ts';
import type { Invocation } from '../command.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { showProgress } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface ModelOptions {
  readonly runs: number;
  readonly seed?: number;
  readonly without?: string;
  readonly json?: boolean;
}

const SEEDS = 2 ** 31;
const NO_DESTROY = 'SOCK_DESTROY: this kernel is built without CONFIG_INET_DIAG_DESTROY.';

/** `closewait lab model`: the state machine against the kernel. Exit code 1: they disagree. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const { runs, seed = randomInt(SEEDS), without, json = false } = options as unknown as ModelOptions;
  const rules = without === undefined ? [] : [findRule(without)];
  const inside = await orInUserNamespace();
  if (inside !== null) return inside;
  const takenAt = new Date().toISOString();
  const startedMs = performance.now();
  const outcome = await untilInterrupted(async (signal) => {
    using progress = showProgress(terminal, runs);
    return await runModel({
      runs,
      seed,
      without: new Set(rules),
      signal,
      onRun: (done) => progress.show(done, `sequences, seed ${seed}`),
    });
  });
  const { coverage, canDestroy, disagreement } = outcome;
  const report = buildModelReport(
    {
      takenAt,
      kernel: `Linux ${release()}`,
      seed,
      runs: coverage.runs,
      steps: coverage.steps,
      repeats: coverage.repeats,
      tookMs: Math.round(performance.now() - startedMs),
      without: rules,
      leftOut: canDestroy ? [] : [NO_DESTROY],
      disagreement:
        disagreement === null
          ? null
          : { shrinks: disagreement.shrinks, steps: disagreement.played.steps.map(describeStep) },
    },
    { states: coverage.states, transitions: coverage.transitions.values(), rules: coverage.rules },
  );
  terminal.out(json ? `${safeJson(report, 2)}\n` : formatModel(report, terminal));
  return disagreement === null ? 0 : 1;
}

function findRule(name: string): LinuxRuleId {
  const rule = LINUX_RULE_IDS.find((id) => id === name);
  if (rule !== undefined) return rule;
  throw new ClosewaitError('usage', `'${name}' is not a departure of Linux`, {
    hint: `use ${LINUX_RULE_IDS.join(', ')}`,
  });
}

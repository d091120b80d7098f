import type { ReportFinding } from '@closewait/core/report';
import { describe, expect, it } from 'vitest';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { CAUSE_SCENARIOS, runScenario, type Scene } from '../../packages/closewait/src/lab/index.ts';
import { report } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

const NAMES = [
  'never-accepted',
  'worker-stuck-pool',
  'event-loop-stalled',
  'interest-lost-one-shot',
  'close-missing-half-open',
  'half-closed-relay',
  'idle-pool-http',
  'process-stopped',
];

describe('several broken programs at a time', () => {
  it('are each given their own right finding by one report', async () => {
    const scenarios = CAUSE_SCENARIOS.filter(({ name }) => NAMES.includes(name));
    expect(scenarios.length).toBe(NAMES.length);
    const told = Promise.withResolvers<readonly ReportFinding[]>();
    const scenes = new Map<string, Scene>();
    await Promise.all(
      scenarios.map((scenario) =>
        runScenario(scenario, {
          withinMs: 30_000,
          readConnections,
          onLine: () => undefined,
          onScene: async (scene) => {
            scenes.set(scenario.name, scene);
            if (scenes.size === scenarios.length) {
              report().then(({ findings }) => told.resolve(findings), told.reject);
            }
            await told.promise;
          },
        }),
      ),
    );
    const findings = await told.promise;
    const found = scenarios.map(({ name }) => {
      const pids = scenes.get(name)?.pids ?? [];
      return [name, findings.find(({ process }) => process !== null && pids.includes(process.pid))?.cause];
    });
    expect(found).toEqual(scenarios.map(({ name, cause }) => [name, cause]));
  });
});

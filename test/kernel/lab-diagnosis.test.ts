import { DIAGNOSED_STATES, diagnose, type Finding } from '@closewait/core/diagnose';
import { CAUSE_IDS } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { inNetworkNamespace } from '../../packages/closewait/src/ffi/index.ts';
import { LiveSource, look } from '../../packages/closewait/src/kernel/index.ts';
import {
  CAUSE_SCENARIOS,
  type CauseScenario,
  type LabConnection,
  runScenario,
} from '../../packages/closewait/src/lab/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

function readConnections(networkPath: string): readonly LabConnection[] {
  const states = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const;
  const inside = inNetworkNamespace(networkPath, () => ({
    ok: true,
    value: look(new LiveSource(), { states, depth: 'list', allNamespaces: false }).sockets,
  }));
  if (!inside.ok) throw new Error(`${inside.op}: ${inside.errno}`);
  return inside.value.map(({ state, local, remote }) => ({ state, localPort: local.port, remotePort: remote.port }));
}

function findingsOn(pids: readonly number[]): readonly Finding[] {
  const facts = look(new LiveSource(), { states: DIAGNOSED_STATES, depth: 'report' });
  return diagnose(facts, { minAgeMs: 0, selects: (_, process) => process !== null && pids.includes(process.pid) })
    .findings;
}

/** The findings on a scenario once they are as `wanted`, or what they were when the time was over. */
async function diagnosed(
  scenario: CauseScenario,
  wanted: (findings: readonly Finding[]) => boolean,
): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  await runScenario(scenario, {
    readConnections,
    onLine: () => undefined,
    onScene: async ({ pids }) => {
      // What a program does with the end of a connection may come a moment after the end itself.
      const settled = waitUntil(`a finding on ${scenario.name}`, () => wanted((findings = findingsOn(pids))), 5000);
      await settled.catch((late: unknown) => late);
    },
  });
  return findings;
}

const hasRule = (cause: string): boolean => CAUSE_IDS.some((id) => id === cause && id !== 'undetermined');

// The laboratory is the oracle: it knows what it has built, and the diagnosis is not told.
describe('the diagnosis of the laboratory', () => {
  it.each(CAUSE_SCENARIOS.filter(({ cause }) => hasRule(cause)))('$name is called $cause', async (scenario) => {
    const [first] = await diagnosed(scenario, ([finding]) => finding?.cause === scenario.cause);
    expect(first?.cause).toBe(scenario.cause);
  });

  it.each(
    CAUSE_SCENARIOS.filter(({ cause }) => !hasRule(cause)),
  )('$name, of which no rule knows yet, is called nothing else', async (scenario) => {
    const findings = await diagnosed(scenario, ({ length }) => length > 0);
    expect(new Set(findings.map(({ cause }) => cause))).toEqual(new Set(['undetermined']));
  });
});

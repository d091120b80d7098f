import { readdirSync, statSync } from 'node:fs';
import { chooseSuspects, DIAGNOSED_STATES, diagnose, type Finding } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { makeOrders, type OrderOptions, type OrderResult } from '@closewait/core/orders';
import { carryOut } from '../../packages/closewait/src/actions/index.ts';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { LiveSource, observe } from '../../packages/closewait/src/kernel/index.ts';
import { type CauseScenario, runScenario } from '../../packages/closewait/src/lab/index.ts';
import { isAcceptable } from './judge-scenario.ts';
import { waitUntil } from './wait-until.ts';

/** An order that says no more than its method. */
export const PLAIN_ORDER: OrderOptions = {
  method: 'auto',
  direction: null,
  timeoutMs: 2000,
  limit: null,
  raisesHardLimit: false,
  acceptsReuse: false,
  forcesInUse: false,
  namedCookies: [],
  ownPids: new Set([process.pid]),
};

/** What a program does with the end of a connection may take so long after the end itself. */
const SETTLES_WITHIN_MS = 10_000;

/** A look at some processes, and at connections of their network namespaces that nobody holds. */
export interface JudgedLook {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

/** Looks at some processes and judges what is stuck in them. */
export async function lookAt(pids: readonly number[]): Promise<JudgedLook> {
  const facts = await observe(new LiveSource(), {
    states: DIAGNOSED_STATES,
    depth: 'report',
    windowMs: 500,
    choose: (first) => chooseSuspects(first, { minAgeMs: 0 }),
  });
  const namespaces = pids.flatMap(namespacesOf);
  const { findings } = diagnose(facts, {
    minAgeMs: 0,
    selects: (connection, process) =>
      process === null ? namespaces.includes(connection?.socket.netns ?? 0) : pids.includes(process.pid),
  });
  return { facts, findings };
}

/** Makes orders of a look and carries them out. */
function close({ facts, findings }: JudgedLook, options: Partial<OrderOptions>): Promise<readonly OrderResult[]> {
  const paths = new Map(facts.namespaces.map(({ inode, path }) => [inode, path]));
  return carryOut(makeOrders(facts, findings, { ...PLAIN_ORDER, ...options }), {
    source: new LiveSource(),
    pathOf: (netns) => paths.get(netns) ?? null,
    processOf: (pid) => facts.processes.get(pid) ?? null,
    signal: new AbortController().signal,
  });
}

/** Plays a scenario until it is judged right, and closes what is stuck in it for its own cause. */
export async function closeScenario(
  scenario: CauseScenario,
  options: Partial<OrderOptions>,
): Promise<readonly OrderResult[]> {
  let results: readonly OrderResult[] = [];
  await runScenario(scenario, {
    readConnections,
    onLine: () => undefined,
    onScene: async ({ pids }) => {
      const judge = async (): Promise<JudgedLook> => lookAt(pids);
      let judged = await judge();
      await waitUntil(
        `${scenario.name} to be called ${scenario.cause}, and not only possibly`,
        async () => {
          judged = await judge();
          return isAcceptable(scenario, judged.findings) && judged.findings[0]?.confidence !== 'possible';
        },
        SETTLES_WITHIN_MS,
      );
      const { facts, findings } = judged;
      const own = findings.filter(({ cause }) => cause === findings[0]?.cause);
      results = await close({ facts, findings: own }, options);
    },
  });
  return results;
}

/** Of its threads: where the first one has ended, /proc/PID/ns/net leads nowhere. */
function namespacesOf(pid: number): readonly number[] {
  const paths = readdirSync(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}/ns/net`);
  return paths.flatMap((path) => statSync(path, { throwIfNoEntry: false })?.ino ?? []);
}

import { readdirSync, statSync } from 'node:fs';
import { chooseSuspects, DIAGNOSED_STATES, diagnose, type Finding } from '@closewait/core/diagnose';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { LiveSource, observe } from '../../packages/closewait/src/kernel/index.ts';
import { type CauseScenario, runScenario } from '../../packages/closewait/src/lab/index.ts';
import { compareWays } from './compare-ways.ts';
import { waitUntil } from './wait-until.ts';

/** What the diagnosis made of a scenario. */
export interface ScenarioVerdict {
  /** Of the last look, the most urgent first. */
  readonly findings: readonly Finding[];
  /** Findings of any look, also of those while the scene was still settling, that were certain and wrong. */
  readonly wrongAndCertain: readonly Finding[];
  /** What BPF said otherwise than sock_diag and /proc, of sockets on which nothing moved meanwhile. */
  readonly disagreements: readonly string[];
}

/** How long what a program does with the end of a connection may take after the end itself. */
const SETTLES_WITHIN_MS = 10_000;

/**
 * Plays a scenario and judges it until it has settled, or the time is over: the right cause stands first, and for whoever
 * cares the others are there.
 */
export async function judgeScenario(
  scenario: CauseScenario,
  hasSettled: (findings: readonly Finding[]) => boolean = () => true,
): Promise<ScenarioVerdict> {
  let findings: readonly Finding[] = [];
  const wrongAndCertain: Finding[] = [];
  const disagreements: string[] = [];
  await runScenario(scenario, {
    readConnections,
    onLine: () => undefined,
    onScene: async ({ pids, victims = [] }) => {
      const allowed = new Set([scenario.cause, ...victims.map(({ cause }) => cause)].map(String));
      const isRight = async (): Promise<boolean> => {
        findings = await judge(pids);
        wrongAndCertain.push(
          ...findings.filter(({ cause, confidence }) => confidence === 'certain' && !allowed.has(cause)),
        );
        return isAcceptable(scenario, findings) && hasSettled(findings);
      };
      await waitUntil(`${scenario.name} to be called ${scenario.cause}`, isRight, SETTLES_WITHIN_MS).catch(
        (late: unknown) => late,
      );
      disagreements.push(...(await compareWays(pids)));
    },
  });
  return { findings, wrongAndCertain, disagreements };
}

/**
 * The right cause stands first. Where another one cannot be told from it from outside, that one may, with the right one among its
 * alternatives.
 */
export function isAcceptable({ cause, looksLike }: CauseScenario, [first]: readonly Finding[]): boolean {
  if (first === undefined) return false;
  if (first.cause === cause) return true;
  return first.cause === looksLike && first.alternatives.some((other) => other.cause === cause);
}

/** The findings on some processes, and on connections of their network namespaces that nobody holds. */
async function judge(pids: readonly number[]): Promise<readonly Finding[]> {
  const facts = await observe(new LiveSource(), {
    states: DIAGNOSED_STATES,
    depth: 'report',
    windowMs: 500,
    choose: (first) => chooseSuspects(first, { minAgeMs: 0 }),
  });
  const namespaces = pids.flatMap(namespacesOf);
  return diagnose(facts, {
    minAgeMs: 0,
    selects: (connection, process) =>
      process === null ? namespaces.includes(connection?.socket.netns ?? 0) : pids.includes(process.pid),
  }).findings;
}

/** Of its threads: where the first one has ended, /proc/PID/ns/net leads nowhere. */
function namespacesOf(pid: number): readonly number[] {
  const paths = readdirSync(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}/ns/net`);
  return paths.flatMap((path) => statSync(path, { throwIfNoEntry: false })?.ino ?? []);
}

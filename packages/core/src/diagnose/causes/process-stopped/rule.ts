import { type Facts, type ProcessFacts, valueOr } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { queueEvidence } from '../../queue-facts.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A stopped process can neither read nor close. SIGSTOP and its kin stop every thread (signal(7)), so the first
 * thread's `T` is enough to be certain; a debugger may have stopped that one thread alone (`t`).
 */
export function judgeProcessStopped(group: Group, facts: Facts): Verdict | null {
  const holders = holdersOf(group, facts);
  const states = holders.map(({ state }) => valueOr(state, null));
  if (states.length === 0 || !states.every((state) => state === 'T' || state === 't')) return null;
  const traced = states.includes('t');
  const [first] = holders;
  const who = holders.length === 1 ? 'The process is' : `All ${holders.length} processes that hold them are`;
  return {
    confidence: traced ? 'likely' : 'certain',
    title: `${who} stopped ${traced ? 'by a debugger' : 'by a signal'}: nothing can read or close.`,
    evidence: [
      {
        id: 'state',
        says: `the state of process ${first?.pid ?? '?'} is ${states[0] ?? '?'}`,
        value: states[0] ?? null,
      },
      ...queueEvidence(group.connections),
    ],
    against: [],
    missing: traced
      ? [
          {
            id: 'threads',
            why: 'a debugger may have stopped one thread alone',
            hint: `grep State: /proc/${first?.pid ?? 'PID'}/task/*/status`,
          },
        ]
      : [],
  };
}

/** Every process that could close; of connections in an accept queue the listener's. */
function holdersOf({ process, situation, connections }: Group, facts: Facts): readonly ProcessFacts[] {
  if (situation === 'queued') return process === null ? [] : [process];
  const pids = new Set(connections.flatMap(({ holders }) => holders.map(({ pid }) => pid)));
  return [...pids].flatMap((pid) => facts.processes.get(pid) ?? []);
}

import { type Facts, type ProcessActivity, type ProcessFacts, valueOr } from '../../../facts/index.ts';
import type { Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

type Stop = 'signal' | 'debugger' | 'freezer';

const STOPPED_BY: Readonly<Record<Stop, string>> = {
  signal: 'stopped by a signal',
  debugger: 'stopped by a debugger',
  freezer: 'frozen by a cgroup',
};

/**
 * A stopped process can neither read nor close. SIGSTOP and its kin stop every thread (signal(7)), a freezer every
 * process of the cgroup; a debugger may have stopped one thread alone, so all of them are asked. In the freezer of
 * cgroup version 2 a thread looks asleep: only the cgroup tells.
 */
export function judgeProcessStopped(group: Group, facts: Facts): Verdict | null {
  const holders = holdersOf(group, facts);
  const stops = holders.map((holder) => stopOf(holder, facts.closeLook?.activities.get(holder.pid)));
  const [first] = stops;
  if (first === undefined || first === null || !stops.every((stop) => stop !== null)) return null;
  // The first thread alone was seen: the others may run under a debugger.
  const isSure = stops.every((stop) => stop.whole);
  const who = holders.length === 1 ? 'The process is' : `All ${holders.length} processes that hold them are`;
  return {
    confidence: isSure ? 'certain' : 'likely',
    title: `${who} ${STOPPED_BY[first.by]}: nothing can read or close.`,
    evidence: stops.flatMap((stop) => (stop === null ? [] : [stop.evidence])).slice(0, 3),
    against: [],
    missing: isSure
      ? []
      : [
          {
            id: 'threads',
            why: 'a debugger may have stopped one thread alone',
            hint: `grep State: /proc/${holders[0]?.pid ?? 'PID'}/task/*/status`,
          },
        ],
  };
}

interface Stopped {
  readonly by: Stop;
  /** All threads are known to be. */
  readonly whole: boolean;
  readonly evidence: Evidence;
}

function stopOf({ pid, state }: ProcessFacts, activity: ProcessActivity | undefined): Stopped | null {
  if (activity !== undefined && valueOr(activity.frozen, false)) {
    const evidence = {
      id: 'frozen',
      says: `the cgroup of process ${pid} is frozen`,
      value: true,
      from: `/proc/${pid}/cgroup`,
    };
    return { by: 'freezer', whole: true, evidence };
  }
  const threads = (activity?.threads ?? []).filter((thread) => thread.state !== 'Z' && thread.state !== 'X');
  const states = threads.length > 0 ? threads.map((thread) => thread.state) : [valueOr(state, '?')];
  if (!states.every((one) => one === 'T' || one === 't')) return null;
  const isTraced = states.includes('t');
  const wasSeenWhole = threads.length > 0 && threads.length === activity?.threadCount;
  const shown = isTraced ? 't' : 'T';
  return {
    by: isTraced ? 'debugger' : 'signal',
    whole: !isTraced || wasSeenWhole,
    evidence: {
      id: 'state',
      says: `the state of process ${pid} is ${shown}`,
      value: shown,
      from: `/proc/${pid}/task/*/stat`,
    },
  };
}

/** Every process that could close; of connections in an accept queue the listener's. */
function holdersOf({ process, situation, tally }: Group, facts: Facts): readonly ProcessFacts[] {
  if (situation === 'queued') return process === null ? [] : [process];
  return [...tally.holding.pids].flatMap((pid) => facts.processes.get(pid) ?? []);
}

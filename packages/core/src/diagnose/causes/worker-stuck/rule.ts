import type { Confidence, Facts } from '../../../facts/index.ts';
import { describeWait } from '../../describe-wait.ts';
import type { Evidence, StuckConnection } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { beganWith, canServe, ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { isAmbiguous, isElsewhere, type ThreadWait } from '../../thread-wait.ts';
import { isUnwatched, progressOf } from '../../traits.ts';

/**
 * The thread that should read on and close waits for something else. Which thread serves which connection is not
 * visible; that a thread has waited since just after the request came is. Never certain.
 */
export function judgeWorkerStuck(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves) return null;
  if (!isUnwatched(traits.watch) && traits.watch !== 'fired') return null;
  const view = ProcessView.of(process, facts);
  if (view === null) return null;
  const inService = group.kin.filter(isInService);
  const stuck = stuckThreads(view, inService);
  if (traits.progress === 'untouched') return judgeWaiting(group, view, inService, stuck, facts);
  if (stuck.length === 0) return null;
  const confidence = confidenceOf(group, view, stuck);
  if (confidence === null) return null;
  const count = connections.length;
  return {
    confidence,
    title: `${stuck.length === 1 ? 'A worker is' : `${stuck.length} workers are`} stuck: ${count === 1 ? 'one connection is' : `${count} connections are`} in service, and ${stuck.length === 1 ? 'it waits' : 'they wait'} for something else.`,
    evidence: threadEvidence(stuck, view, facts),
    against: freeEvidence(view),
    missing: [],
  };
}

function isInService({ socket }: StuckConnection): boolean {
  const progress = progressOf(socket);
  return socket.inode > 0 && progress !== 'untouched' && progress !== 'unknown';
}

/** Threads that wait elsewhere and may have had one of these connections in hand when they began to. */
function stuckThreads(view: ProcessView, inService: readonly StuckConnection[]): readonly ThreadWait[] {
  return view.busy.filter((wait) => {
    if (isElsewhere(wait) && inService.length === 0) return true;
    const matches = isAmbiguous(wait) ? beganWith : canServe;
    return inService.some(({ socket }) => matches(wait, socket) !== false);
  });
}

function confidenceOf(group: Group, view: ProcessView, stuck: readonly ThreadWait[]): Confidence | null {
  const { traits, connections } = group;
  const isAlone = view.free.length === 0;
  const sure = stuck.filter((wait) => isElsewhere(wait) || (isAlone && wait.kind === 'sleep'));
  const shared = sharesLock(stuck);
  // Nobody is left who could close.
  if (isAlone && sure.length > 0 && sure.length === view.busy.length) {
    // A worker that has answered and reads from elsewhere may wait for its next task.
    return traits.answered && sure.every(({ kind }) => kind === 'transfer') ? 'possible' : 'likely';
  }
  if (sure.length >= connections.length) return traits.answered && !isAlone ? 'possible' : 'likely';
  if (stuck.length >= connections.length && !traits.answered) {
    return shared || stuck.some(({ kind }) => kind === 'sleep' || kind === 'poll') ? 'likely' : 'possible';
  }
  return sure.length > 0 && !traits.answered ? 'possible' : null;
}

/** All of them wait at one address: idle threads of a pool do too where it is a condition variable. */
function sharesLock(stuck: readonly ThreadWait[]): boolean {
  const parked = stuck.filter(({ kind }) => kind === 'parked');
  const addresses = new Set(parked.map(({ call }) => call?.args[0]));
  return parked.length > 1 && addresses.size === 1;
}

/** Not a byte was read: it waits for a worker, if there is one that is stuck and none that is free. */
function judgeWaiting(
  group: Group,
  view: ProcessView,
  inService: readonly StuckConnection[],
  stuck: readonly ThreadWait[],
  facts: Facts,
): Verdict | null {
  const { connections } = group;
  const workers = stuck.filter((wait) => isElsewhere(wait) || inService.length > 0 || view.free.length === 0);
  const idle = view.waits.filter((wait) => isAmbiguous(wait) && !stuck.includes(wait));
  if (workers.length === 0) return null;
  if (view.free.length > 0 && inService.length === 0) return null;
  const count = connections.length;
  return {
    confidence: idle.length === 0 ? 'likely' : 'possible',
    title: `${count === 1 ? 'One connection waits' : `${count} connections wait`} for a worker, and ${workers.length === 1 ? 'the only one is' : `all ${workers.length} are`} stuck.`,
    evidence: threadEvidence(workers, view, facts),
    against:
      idle.length === 0 ? [] : [{ id: 'idle-threads', says: `${idle.length} threads may be free`, value: idle.length }],
    missing: [],
  };
}

function threadEvidence(stuck: readonly ThreadWait[], view: ProcessView, facts: Facts): readonly Evidence[] {
  const alike = Map.groupBy(stuck, (wait) => describeWait(wait, facts));
  return [...alike].slice(0, 3).map(([says, waits], index) => ({
    id: index === 0 ? 'stuck-threads' : `stuck-threads-${index + 1}`,
    says: `${waits.length === 1 ? `thread ${waits[0]?.thread.tid ?? '?'} ${says}` : `${waits.length} threads: each ${says}`}${since(waits)}`,
    value: waits.length,
    from: `/proc/${view.activity.pid}/task/*/syscall and sched`,
  }));
}

function since(waits: readonly ThreadWait[]): string {
  const ages = waits.flatMap(({ thread, kind }) =>
    thread.idleMs.known && kind !== 'computing' ? [thread.idleMs.value] : [],
  );
  return ages.length === 0 ? '' : `, for ${(Math.max(...ages) / 1000).toFixed(1)} s: since the request came`;
}

function freeEvidence(view: ProcessView): readonly Evidence[] {
  const others = view.waits.filter(({ kind }) => kind === 'events').length;
  return others === 0
    ? []
    : [{ id: 'event-loop-free', says: 'an event loop of the process waits for work', value: others }];
}

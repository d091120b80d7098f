import type { Confidence, Facts, SocketFacts } from '../../../facts/index.ts';
import { describeWait } from '../../describe-wait.ts';
import type { Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { ProcessView, servesAny } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { isAmbiguous, isElsewhere, sharesAddress, type ThreadWait } from '../../thread-wait.ts';
import { isUnwatched } from '../../traits.ts';

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
  const inService = group.kin.inService;
  // Where a runtime registers each connection once for all, its parked threads are its own: goroutines wait unseen.
  const isRuntimes = (wait: ThreadWait): boolean => traits.watch === 'registered-once' && wait.kind === 'parked';
  const stuck = stuckThreads(view, group.kin.inServiceByAge).filter((wait) => !isRuntimes(wait));
  if (traits.progress === 'untouched') return judgeWaiting(group, view, inService, stuck, facts);
  if (stuck.length === 0) return judgeLightThreads(group, view);
  // A client that waits for its next task has read its answer, and serves nobody.
  if (traits.role === 'connected' && stuck.every(({ kind }) => kind === 'transfer' || kind === 'parked')) return null;
  const confidence = confidenceOf(group, view, stuck);
  if (confidence === null) return judgeLightThreads(group, view);
  const count = connections.length;
  return {
    confidence,
    title: `${stuck.length === 1 ? 'A worker is' : `${stuck.length} workers are`} stuck: ${count === 1 ? 'one connection is' : `${count} connections are`} in service, and ${stuck.length === 1 ? 'it waits' : 'they wait'} for something else.`,
    evidence: threadEvidence(stuck, view, facts),
    against: freeEvidence(view),
    missing: [],
  };
}

/** Coroutines and goroutines are not visible: one of them may have the request, which was read and not answered. */
function judgeLightThreads({ traits, connections }: Group, view: ProcessView): Verdict | null {
  const runs = view.free.some(({ kind }) => kind === 'events') && view.hasEventLoop;
  if (!runs || traits.answered || traits.role === 'connected' || traits.progress !== 'consumed') return null;
  const count = connections.length;
  return {
    confidence: 'possible',
    title: `${count === 1 ? 'One request was' : `${count} requests were`} read and not answered: a coroutine may wait for something else.`,
    evidence: [
      {
        id: 'unanswered',
        says: 'what came was read, and not a byte was answered',
        value: count,
        from: 'tcpi_bytes_sent',
      },
    ],
    against: [],
    missing: [
      { id: 'coroutines', why: 'coroutines, goroutines and callbacks are not visible from outside', hint: null },
    ],
  };
}

/** Threads that wait elsewhere and may have had one of these connections in hand when they began to. */
function stuckThreads(view: ProcessView, inService: readonly SocketFacts[]): readonly ThreadWait[] {
  return view.busy.filter((wait) => {
    if (isElsewhere(wait) && inService.length === 0) return true;
    return servesAny(wait, inService, isAmbiguous(wait)) !== false;
  });
}

function confidenceOf(group: Group, view: ProcessView, stuck: readonly ThreadWait[]): Confidence | null {
  const { traits, connections } = group;
  const isAlone = view.free.length === 0;
  const sure = stuck.filter((wait) => isElsewhere(wait) || (isAlone && wait.kind === 'sleep'));
  const shared = sharesAddress(stuck);
  // Nobody is left who could close.
  if (isAlone && sure.length > 0 && sure.length === view.busy.length) {
    // A worker that has answered and reads from elsewhere may wait for its next task.
    return traits.answered && sure.every(({ kind }) => kind === 'transfer') ? 'possible' : 'likely';
  }
  if (sure.length >= connections.length) return traits.answered && !isAlone ? 'possible' : 'likely';
  if (stuck.length >= connections.length && !traits.answered) {
    // Where the FIN is read too, a thread that is parked has more likely come to the end of its work.
    if (traits.progress === 'consumed') return 'possible';
    return shared || group.kin.isQueuedBehind || stuck.some(({ kind }) => kind === 'sleep' || kind === 'poll')
      ? 'likely'
      : 'possible';
  }
  if (stuck.length >= connections.length && !shared) return 'possible';
  return sure.length > 0 && !traits.answered ? 'possible' : null;
}

/** Not a byte was read: it waits for a worker, if there is one that is stuck and none that is free. */
function judgeWaiting(
  group: Group,
  view: ProcessView,
  inService: readonly SocketFacts[],
  stuck: readonly ThreadWait[],
  facts: Facts,
): Verdict | null {
  const { connections } = group;
  const workers = stuck.filter((wait) => isElsewhere(wait) || inService.length > 0 || view.free.length === 0);
  const idle = view.waits.filter((wait) => isAmbiguous(wait) && !stuck.includes(wait));
  if (workers.length === 0) return null;
  if (view.free.length > 0 && inService.length === 0) return null;
  const exhausted = stuck.length >= inService.length && inService.length > 0 && group.kin.isQueuedBehind;
  const count = connections.length;
  return {
    confidence: idle.length === 0 || exhausted ? 'likely' : 'possible',
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

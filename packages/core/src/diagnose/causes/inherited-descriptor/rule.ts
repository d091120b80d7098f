import { type Facts, type Holder, type ProcessFacts, type SocketFacts, valueOr } from '../../../facts/index.ts';
import type { Connections, Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { byDataAge, canServe, ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/** Programs that a super-server starts have the connection as standard input and output: they are its handler. */
const STANDARD_ERROR = 2;

/**
 * The process that holds the connection got it from its parent and does not know that it has it: the parent has closed,
 * and the connection ends when the last holder does. What tells it: the parent has the listener, and the child cannot
 * have read what was read, or is another program. Never certain: a descriptor can be handed over on purpose.
 */
export function judgeInheritedDescriptor(group: Group, facts: Facts): Verdict | null {
  const { situation, traits, connections, process, tally } = group;
  if (situation !== 'held' || traits.moves || process === null) return null;
  if (traits.watch !== 'unwatched' && traits.watch !== 'unknown') return null;
  if (tally.holding.lowestFd <= STANDARD_ERROR) return null;
  const view = ProcessView.of(process, facts);
  if (takesItsOwn(group, process, view)) return null;
  const giver = giverOf(group, facts);
  const clues = giver === null ? orphanClues(group, process) : cluesOf(group, giver, view, facts);
  if (clues.length === 0) return null;
  const count = connections.length;
  const whose =
    giver === null ? 'a server that is gone' : `process ${giver.pid} (${valueOr(giver.name, null) ?? 'name unknown'})`;
  return {
    confidence: clues.some(({ id }) => STRONG.includes(id)) ? 'likely' : 'possible',
    title: `${count === 1 ? 'A connection' : `${count} connections`} of ${whose} ${count === 1 ? 'lives' : 'live'} on in process ${process.pid}, which has inherited ${count === 1 ? 'it' : 'them'}.`,
    evidence: [...clues, ...closeOnExecEvidence(connections, view)],
    against: [],
    missing: [],
  };
}

const STRONG: readonly string[] = ['another-program', 'read-by-parent', 'answered-by-parent'];

/** A process that accepts from the listener itself has got its connections there. */
function takesItsOwn({ serving }: Group, { pid }: ProcessFacts, view: ProcessView | null): boolean {
  return serving.has(pid) && (view?.waits.some(({ kind }) => kind === 'accept' || kind === 'events') ?? true);
}

/** The nearest ancestor that does not hold the connections and has the listener, or runs while the holder does not. */
function giverOf(group: Group, facts: Facts): ProcessFacts | null {
  const { process, serving } = group;
  const { processes } = facts;
  const { pids } = group.tally.holding;
  const relative = relativeOf(group, facts);
  if (relative !== null) return relative;
  let child = process;
  // Deeper than the reader goes.
  for (let up = 0; up < 10 && child?.parentPid.known === true; up++) {
    const parent: ProcessFacts | undefined = processes.get(child.parentPid.value);
    if (parent === undefined) return null;
    // Process 1 hands connections to what it starts; that is its purpose.
    if (parent.pid > 1 && !pids.has(parent.pid) && serving.has(parent.pid)) return parent;
    child = parent;
  }
  return null;
}

/** An orphan has lost its parent: who has the listener and runs the same program is, or was, of its family. */
function relativeOf({ process, serving, tally }: Group, { processes }: Facts): ProcessFacts | null {
  if (process === null || valueOr(process.parentPid, 0) !== 1) return null;
  const exe = valueOr(process.exe, null);
  if (exe === null) return null;
  for (const pid of serving) {
    const server = processes.get(pid);
    if (server === undefined || tally.holding.pids.has(pid) || pid <= 1) continue;
    if (valueOr(server.exe, null) === exe) return server;
  }
  return null;
}

/** It accepted them, or somebody did for it: nobody listens on their port any more, and nobody is its parent. */
function orphanClues({ listeners, traits }: Group, { parentPid }: ProcessFacts): readonly Evidence[] {
  if (listeners.length > 0 || traits.role !== 'accepted' || !traits.answered || valueOr(parentPid, 0) !== 1) return [];
  return [
    {
      id: 'orphan',
      says: 'the connections were accepted and answered, nobody listens on their port any more, and the parent of the process has ended',
      value: true,
      from: 'tcpi_bytes_acked, /proc/PID/stat',
    },
  ];
}

function cluesOf(group: Group, giver: ProcessFacts, view: ProcessView | null, facts: Facts): readonly Evidence[] {
  const { process, connections, traits, serving } = group;
  if (process === null) return [];
  const clues: Evidence[] = [];
  const [exe, parentExe] = [valueOr(process.exe, null), valueOr(giver.exe, null)];
  const ownsListener = serving.has(process.pid);
  if (exe !== null && parentExe !== null && exe !== parentExe && !ownsListener) {
    clues.push({
      id: 'another-program',
      says: 'it is another program than the one that listens',
      value: exe,
      from: `/proc/${process.pid}/exe`,
    });
  }
  if (!ownsListener && connections.every(({ socket }) => startedAfter(process, socket, facts))) {
    clues.push({
      id: 'older-than-process',
      says: 'the connections had their last data before the process began',
      value: valueOr(process.startedAtMs, null),
      from: `/proc/${process.pid}/stat`,
    });
  }
  const wasRead =
    traits.progress === 'fin-unread' || traits.progress === 'partly-read' || traits.progress === 'consumed';
  // Who can serve none of them cannot serve the one with the oldest data.
  const oldest = view !== null && wasRead ? byDataAge(connections.map(({ socket }) => socket)).at(-1) : undefined;
  if (oldest !== undefined && view?.waits.every((wait) => canServe(wait, oldest) === false) === true) {
    clues.push({
      id: 'read-by-parent',
      says: 'what was received was read when no thread of this process ran',
      value: true,
      from: `/proc/${process.pid}/task/*/sched`,
    });
  }
  if (traits.answered && accepts(giver, facts)) {
    const forked = connections.length > 1 || !accepts(process, facts);
    if (forked)
      clues.push({
        id: 'answered-by-parent',
        says: 'they were answered, and the parent serves on without them',
        value: true,
      });
  }
  return clues;
}

/** tcpi_last_data_recv counts from the last data or, without any, from the handshake. */
function startedAfter({ startedAtMs }: ProcessFacts, { info }: SocketFacts, { takenAtMs }: Facts): boolean {
  return startedAtMs.known && info.known && startedAtMs.value > takenAtMs - info.value.lastDataReceivedMs + 100;
}

function accepts(process: ProcessFacts, facts: Facts): boolean {
  const view = ProcessView.of(process, facts);
  // A parent that holds nothing that is stuck was not looked at closely: it lives, and has the listener.
  return view === null ? !['Z', 'T', 't'].includes(valueOr(process.state, 'Z')) : view.free.length > 0;
}

function closeOnExecEvidence(connections: Connections, view: ProcessView | null): readonly Evidence[] {
  const flags = connections.flatMap(({ holders }) =>
    holders.map(({ fd }: Holder) => view?.activity.closeOnExec.get(fd)),
  );
  const open = flags.filter((flag) => flag === false).length;
  if (open === 0) return [];
  return [
    {
      id: 'no-close-on-exec',
      says: `${open === 1 ? 'the descriptor was' : `${open} descriptors were`} opened without close-on-exec`,
      value: open,
      from: `/proc/${view?.activity.pid ?? 'PID'}/fdinfo`,
    },
  ];
}

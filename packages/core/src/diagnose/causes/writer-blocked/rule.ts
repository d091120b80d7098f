import type { Confidence, Facts } from '../../../facts/index.ts';
import type { Connections, Evidence, MissingEvidence, StuckConnection } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { interestsOf } from '../../interests-of.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import type { ThreadWait } from '../../thread-wait.ts';

/**
 * Probes of a closed window back off (RFC 9293 3.8.6.1). Three of them without an opening take more than a second: a
 * peer that is only slow opens its window again within that.
 */
const SHUT_FOR_GOOD = 3;

/**
 * The peer has sent FIN, does not read and has not closed: this side has data that nobody takes, and whoever writes it
 * waits: inside of write(2), which makes it certain, in an event loop that watches for OUT, or in poll.
 */
export function judgeWriterBlocked(group: Group, facts: Facts): Verdict | null {
  const { situation, traits, connections, process } = group;
  if (situation !== 'sending' || traits.moves) return null;
  const shut = connections.filter((connection) => probesOf(connection) >= SHUT_FOR_GOOD).length;
  const count = connections.length;
  const one = count === 1;
  const writers = writersOf(group, ProcessView.of(process, facts));
  const watched = interestsOf(connections, facts).filter(({ events }) => events.out).length;
  return {
    confidence: confidenceOf(count, shut, writers.length, watched),
    title: `The ${one ? 'peer does' : 'peers do'} not take what this side sends, and the writer waits.`,
    evidence: [
      {
        id: 'window-closed',
        says: `${one ? 'what was sent is' : `on ${count} connections what was sent is`} not taken: ${timersOf(connections)}`,
        value: count,
        from: 'idiag_timer and idiag_retrans',
      },
      {
        id: 'unsent-bytes',
        says: `${unsentBytes(connections)} bytes wait in Send-Q`,
        value: unsentBytes(connections),
        from: 'idiag_wqueue',
      },
      ...writerEvidence(writers, watched, process?.pid ?? 0),
    ],
    against: [],
    missing: missingOf(group, shut, writers.length + watched > 0),
  };
}

function confidenceOf(count: number, shut: number, writers: number, watched: number): Confidence {
  // Nothing moved in the window either, and a thread is inside of the write all the time.
  if (shut < count) return writers >= count ? 'likely' : 'possible';
  // A program may have forgotten the connection with data in it: without a writer that looks the same.
  return writers >= count && watched === 0 ? 'certain' : 'likely';
}

/** Threads inside of a call on one of these descriptors. A read there would have come back: a FIN is there to be read. */
function writersOf({ connections, process }: Group, view: ProcessView | null): readonly ThreadWait[] {
  if (view === null) return [];
  const own = connections.flatMap(({ holders }) =>
    holders.filter(({ pid }) => pid === process?.pid).map(({ fd }) => fd),
  );
  return view.on(new Set(own)).filter(({ kind }) => kind === 'transfer');
}

function writerEvidence(writers: readonly ThreadWait[], watched: number, pid: number): readonly Evidence[] {
  const [first] = writers;
  const out = {
    id: 'watched-for-out',
    says: 'an event loop watches for room to send (EPOLLOUT)',
    value: watched,
    from: `/proc/${pid}/fdinfo of epoll`,
  };
  if (first === undefined) return watched > 0 ? [out] : [];
  const says =
    writers.length === 1
      ? `thread ${first.thread.tid} is in ${first.call?.name ?? 'write'} on descriptor ${first.call?.descriptor ?? '?'}, which is this connection`
      : `${writers.length} threads are inside of writes to these connections`;
  return [{ id: 'writer', says, value: writers.length, from: `/proc/${pid}/task/*/syscall` }];
}

function timersOf(connections: Connections): string {
  const lost = connections.filter(({ socket }) => socket.timer.kind === 'retransmit').length;
  if (lost === 0) return 'the persist timer runs, as the peer announces a window of 0';
  return lost === connections.length
    ? 'it is retransmitted again and again, and not acknowledged'
    : `${lost} are retransmitted without an answer, for the others the persist timer runs`;
}

function probesOf({ socket }: StuckConnection): number {
  if (socket.timer.kind === 'retransmit') return socket.timer.retransmits;
  return socket.info.known ? socket.info.value.backoff : 0;
}

function unsentBytes(connections: Connections): number {
  return connections.reduce((sum, { socket }) => sum + socket.txQueueBytes, 0);
}

function missingOf({ process, connections }: Group, shut: number, hasWriter: boolean): readonly MissingEvidence[] {
  const young = connections.length - shut;
  const window = { id: 'window', why: `on ${young} it has lasted for a moment only`, hint: 'look again' };
  const writer = {
    id: 'writer',
    why: 'no thread was seen that writes to it and no event loop that watches it: a thread may wait for it in poll, or it is forgotten',
    hint: `grep -H . /proc/${process?.pid ?? 'PID'}/task/*/syscall`,
  };
  return [...(young === 0 ? [] : [window]), ...(hasWriter ? [] : [writer])];
}

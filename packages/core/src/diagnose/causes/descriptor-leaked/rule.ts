import type { Confidence, Facts } from '../../../facts/index.ts';
import { growthOfArrivals } from '../../forecast.ts';
import type { Group } from '../../group.ts';
import { byDataAge, ProcessView, servesAny } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { sharesAddress } from '../../thread-wait.ts';
import { isUnwatched } from '../../traits.ts';

/**
 * Bytes or the FIN wait unread, no epoll instance would tell of them, and the threads that could read wait for other work:
 * nobody will. Whether the program still knows the connection is not visible from outside. Never certain.
 */
export function judgeDescriptorLeaked(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves || traits.progress === 'consumed' || traits.progress === 'unknown')
    return null;
  if (!isUnwatched(traits.watch) && traits.watch !== 'edge-in') return null;
  const view = ProcessView.of(process, facts);
  if (view === null) return null;
  const growth = growthOfArrivals(group.tally.arrivals, connections, facts.closeLook);
  const count = connections.length;
  return {
    confidence: confidenceOf(group, view, growth !== null),
    title: `${count === 1 ? 'One connection was' : `${count} connections were`} left open: nobody reads ${count === 1 ? 'it' : 'them'}, and nothing would tell the program of the end.`,
    evidence: [
      ...(traits.watch === 'unwatched'
        ? [
            {
              id: 'not-watched',
              says: `no epoll instance of the process watches ${count === 1 ? 'it' : 'them'}`,
              value: count,
              from: `/proc/${view.activity.pid}/fdinfo of epoll`,
            },
          ]
        : []),
      ...(view.free.length > 0
        ? [{ id: 'threads-free', says: 'the process waits for work: nothing holds it up', value: view.free.length }]
        : []),
      ...(growth === null ? [] : [{ id: 'grows', says: 'they become more and more', value: growth.perMin }]),
    ],
    against: [],
    missing: ioUringMissing(view),
  };
}

function confidenceOf({ traits, connections }: Group, view: ProcessView, grows: boolean): Confidence {
  // A request that was read may be in the hands of a thread, or of a coroutine that nobody sees.
  const wasRead = traits.progress !== 'untouched' && traits.role !== 'connected';
  const mayServe = wasRead && !traits.answered;
  // Of a connection that nobody has read nobody has a request in hand.
  const sockets = wasRead ? byDataAge(connections.map(({ socket }) => socket)) : [];
  const serving = view.busy.filter((wait) => servesAny(wait, sockets, true) !== false);
  // After an answer, threads that wait at one address wait for the next task of their pool.
  const busy = wasRead && serving.length >= connections.length && !(traits.answered && sharesAddress(serving));
  const hidden = traits.watch === 'registered-once' && mayServe;
  // A loop that waits in poll or select would come back at once if it asked for this one.
  const polls = view.waits.some(({ kind }) => kind === 'poll') && (traits.progress === 'untouched' || traits.answered);
  if ((view.free.length === 0 && !polls) || busy || hidden || traits.watch === 'edge-in')
    return grows ? 'likely' : 'possible';
  return 'likely';
}

/** Requests of an io_uring cannot be seen from outside; Node has one and does not use it for sockets. */
export function ioUringMissing({ activity }: ProcessView): Verdict['missing'] {
  const runtime = activity.runtime.known ? activity.runtime.value : null;
  if (!activity.usesIoUring.known || !activity.usesIoUring.value || runtime === 'node') return [];
  return [
    { id: 'io-uring', why: 'the process has an io_uring, whose pending requests the kernel does not show', hint: null },
  ];
}

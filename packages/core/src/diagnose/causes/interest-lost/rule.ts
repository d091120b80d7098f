import type { Confidence, Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { describeMasks, interestsOf } from '../../interests-of.ts';
import { byDataAge, ProcessView, servesAny } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { isElsewhere } from '../../thread-wait.ts';
import type { Watch } from '../../traits.ts';

const SAYS: Partial<Readonly<Record<Watch, string>>> = {
  fired: 'EPOLLONESHOT has reported once and was not armed again: not even a hang-up is reported now',
  nothing: 'they are watched for no event: a FIN alone is not reported',
  'write-only': 'they are watched for OUT alone: a FIN is not reported',
  'edge-in': 'they are watched by edge (EPOLLET): what was not read at the last event is not reported again',
};

/**
 * The program waits for events, and its epoll instance is not asked to report this one. The masks are the kernel's own
 * (ep_show_fdinfo, fs/eventpoll.c). Why the program left it so is not visible: never certain.
 */
export function judgeInterestLost(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  const says = SAYS[traits.watch];
  if (situation !== 'held' || traits.moves || says === undefined) return null;
  const view = ProcessView.of(process, facts);
  const interests = interestsOf(connections, facts);
  const loopWaits = view !== null && interests.some(({ epollFd }) => view.waitsOn(epollFd));
  const confidence = confidenceOf(group, view, loopWaits);
  if (confidence === null) return null;
  const count = connections.length;
  return {
    confidence,
    title: `The program is not told of the end: ${count === 1 ? 'one connection is' : `${count} connections are`} watched for the wrong events.`,
    evidence: [
      { id: 'interest', says, value: describeMasks(interests), from: `/proc/${process?.pid ?? 'PID'}/fdinfo of epoll` },
      ...(loopWaits ? [{ id: 'loop-waits', says: 'a thread waits in epoll_wait for that instance', value: true }] : []),
    ],
    against: [],
    missing: [],
  };
}

function confidenceOf({ traits, connections }: Group, view: ProcessView | null, loopWaits: boolean): Confidence | null {
  if (traits.watch === 'edge-in') {
    if (!loopWaits || traits.progress === 'consumed') return traits.progress === 'consumed' ? 'possible' : null;
    // A program that reads all there is at each event and forgets the last one leaves 1.
    return traits.progress === 'fin-unread' ? 'possible' : 'likely';
  }
  // One loop, many workers: a worker that has the connection arms it again when it is done.
  if (traits.watch !== 'fired' || view === null) return 'likely';
  const sockets = byDataAge(connections.map(({ socket }) => socket));
  const inService = view.busy.some((wait) => isElsewhere(wait) && servesAny(wait, sockets, true) === true);
  return inService ? 'possible' : 'likely';
}

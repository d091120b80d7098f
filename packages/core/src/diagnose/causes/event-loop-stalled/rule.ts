import type { Facts, Interest } from '../../../facts/index.ts';
import { describeWait } from '../../describe-wait.ts';
import type { Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { interestsOf, interestsOn } from '../../interests-of.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { isElsewhere } from '../../thread-wait.ts';

/**
 * A connection in CLOSE-WAIT is always readable (tcp_poll, net/ipv4/tcp.c), so epoll_wait on an instance that watches it
 * for IN by level returns at once. If no thread waits there, the loop is elsewhere. Likely and not certain: an instance
 * that nobody serves any more looks the same.
 */
export function judgeEventLoopStalled(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves) return null;
  const view = ProcessView.of(process, facts);
  if (view === null) return null;
  // Accepted, and not yet registered when the loop stopped: they share the fate of those that are.
  const isUnregistered = traits.watch === 'unwatched' && traits.progress === 'untouched';
  if (traits.watch !== 'level-in' && traits.watch !== 'edge-in' && !isUnregistered) return null;
  if (isUnregistered && (!view.hasEventLoop || view.free.some(({ kind }) => kind === 'events'))) return null;
  const watched = isUnregistered ? interestsOn(group.kin.sockets, facts) : interestsOf(connections, facts);
  const interests = watched.filter(({ events }) => events.in);
  if (interests.length === 0) return null;
  if (interests.some(({ epollFd }) => view.waitsOn(epollFd))) return null;
  const isSpinning = view.spinners.length > 0;
  // An edge was handed over when the FIN came: a loop that was busy only then has lost it, which is another cause.
  if (traits.watch === 'edge-in' && (isSpinning || traits.progress === 'consumed')) return null;
  const count = connections.length;
  return {
    confidence: isSpinning ? 'possible' : 'likely',
    title: `The event loop does not run: ${count === 1 ? 'one connection is' : `${count} connections are`} readable, and nobody asks.`,
    evidence: [...watchEvidence(interests), ...loopEvidence(view, facts)],
    against: isSpinning
      ? [{ id: 'makes-calls', says: 'a thread never sleeps and makes system calls: the loop may run', value: true }]
      : [],
    missing: [],
  };
}

function watchEvidence(interests: readonly Interest[]): readonly Evidence[] {
  const [first] = interests;
  if (first === undefined) return [];
  return [
    {
      id: 'watched-and-readable',
      says: `epoll descriptor ${first.epollFd} watches connections for IN, and no thread waits in epoll_wait on it`,
      value: `0x${first.mask.toString(16)}`,
      from: `/proc/${first.pid}/fdinfo/${first.epollFd}, /proc/${first.pid}/task/*/syscall`,
    },
  ];
}

function loopEvidence(view: ProcessView, facts: Facts): readonly Evidence[] {
  const [where] = view.waits.filter((wait) => isElsewhere(wait) || ['sleep', 'poll', 'parked'].includes(wait.kind));
  if (where === undefined) return [];
  return [
    {
      id: 'loop-thread',
      says: `thread ${where.thread.tid} ${describeWait(where, facts)}`,
      value: where.kind,
      from: `/proc/${view.activity.pid}/task/${where.thread.tid}/syscall`,
    },
  ];
}

import type { CloseLook, Confidence, Facts } from '../../../facts/index.ts';
import { formatEndpoint, valueOr } from '../../../facts/index.ts';
import type { Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/**
 * The program has an event loop that runs, and has taken this connection out of it with bytes unread: it reads no more
 * until something else happens. A connection that was taken out and forgotten looks the same; in runtimes that watch a
 * connection for as long as it is open, only a pause takes it out.
 */
export function judgeReaderPaused(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves || traits.progress === 'consumed' || traits.progress === 'unknown')
    return null;
  if (traits.watch !== 'unwatched' && traits.watch !== 'nothing') return null;
  const view = ProcessView.of(process, facts);
  // Without an event loop there is nothing to be taken out of.
  if (view === null || !view.waits.some(({ kind }) => kind === 'events' || kind === 'poll')) return null;
  const congested = congestedSiblings(group, facts);
  const confidence = confidenceOf(group, view, congested.length > 0, countWatched(process, facts));
  if (confidence === null) return null;
  const count = connections.length;
  return {
    confidence,
    title: `The program does not read ${count === 1 ? 'this connection' : `these ${count} connections`} for now: ${count === 1 ? 'it is' : 'they are'} paused, and the end waits unread.`,
    evidence: [
      {
        id: 'not-watched',
        says: 'its event loop waits for work and does not watch them',
        value: count,
        from: `/proc/${view.activity.pid}/fdinfo of epoll`,
      },
      ...congested,
    ],
    against: [],
    missing: [
      {
        id: 'paused-or-forgotten',
        why: 'a connection that was taken out of the loop and forgotten looks the same',
        hint: null,
      },
    ],
  };
}

/** libuv, asyncio and the selectors of Java keep every open connection in their loop unless it is paused. */
const KEEPS_ALL: readonly string[] = ['node', 'python', 'jvm'];

function confidenceOf(
  { traits, process }: Group,
  view: ProcessView,
  slowSibling: boolean,
  watched: number,
): Confidence | null {
  const runtime = view.activity.runtime.known ? view.activity.runtime.value : null;
  const loops = view.waits.some(({ kind }) => kind === 'events');
  const keepsAll = loops && view.hasEventLoop && KEEPS_ALL.includes(runtime ?? '') && process !== null;
  if (slowSibling) return 'likely';
  if (traits.watch === 'nothing') return 'possible';
  if (keepsAll && servesListener(view) && watchesMore(view, watched)) return 'likely';
  return 'possible';
}

/** They also watch a descriptor through which threads wake them; a loop of the program's own often does not. */
function watchesMore(view: ProcessView, watched: number): boolean {
  return valueOr(view.activity.epolls, []).reduce((sum, { watches }) => sum + watches, 0) > watched;
}

/** Watches of its epoll instances on listeners and stuck connections. */
function countWatched(process: Group['process'], { closeLook }: Facts): number {
  return closeLook === null || process === null ? 0 : (watchesByPid(closeLook).get(process.pid) ?? 0);
}

const counted = new WeakMap<CloseLook, ReadonlyMap<number, number>>();

/** Counted once for a look: there may be as many processes as watches. */
function watchesByPid(closeLook: CloseLook): ReadonlyMap<number, number> {
  const made = counted.get(closeLook);
  if (made !== undefined) return made;
  const counts = new Map<number, number>();
  for (const interests of closeLook.interests.values()) {
    for (const { pid } of interests) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  }
  counted.set(closeLook, counts);
  return counts;
}

/** Whether the loop that runs is that of the program: a runtime's own loops watch nothing of the network. */
function servesListener(view: ProcessView): boolean {
  return !view.waits.some(({ kind }) => kind === 'accept' || kind === 'transfer');
}

/** A reader that waits for the other side of a copy: that one's peer does not take what was sent. */
function congestedSiblings({ process }: Group, { closeLook, holders }: Facts): readonly Evidence[] {
  const slow = (closeLook?.congested ?? []).filter(({ inode }) =>
    holders.get(inode)?.some(({ pid }) => pid === process?.pid),
  );
  const [first] = slow;
  if (first === undefined) return [];
  return [
    {
      id: 'slow-sibling',
      says: `${slow.length === 1 ? 'another connection' : `${slow.length} other connections`} of the process cannot send: ${first.txQueueBytes} bytes wait for ${formatEndpoint(first.remote)}`,
      value: slow.length,
      from: 'idiag_wqueue and idiag_timer',
    },
  ];
}

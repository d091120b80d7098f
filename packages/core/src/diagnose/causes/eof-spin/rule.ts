import type { Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { describeWindow, ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A program that takes a read of 0 bytes for "nothing yet" asks again for ever. From outside: everything is read, and a
 * thread that never sleeps spends its time in system calls. A handler that computes makes none.
 */
export function judgeEofSpin(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves || traits.progress !== 'consumed') return null;
  if (!['unwatched', 'registered-once', 'level-in'].includes(traits.watch)) return null;
  const view = ProcessView.of(process, facts);
  const [spinner] = view?.spinners ?? [];
  if (view === null || spinner === undefined) return null;
  const count = connections.length;
  // Level-triggered, it must wake the loop each time. Otherwise the thread may spin for another reason.
  const isWoken = traits.watch === 'level-in';
  const { busyShare, systemShare, tid } = spinner.thread;
  return {
    confidence: isWoken || count <= view.spinners.length || view.free.length === 0 ? 'likely' : 'possible',
    title: `A thread spins at the end of ${count === 1 ? 'one connection' : `${count} connections`}: it reads 0 bytes and asks again.`,
    evidence: [
      {
        id: 'never-sleeps',
        says: `thread ${tid} was on a processor or ready for one ${percent(busyShare)} of the time, ${describeWindow(facts.closeLook)}, ${percent(systemShare)} of it in system calls`,
        value: busyShare.known ? busyShare.value : null,
        from: `/proc/${view.activity.pid}/task/${tid}/schedstat and stat`,
      },
      ...(isWoken
        ? [{ id: 'level-triggered', says: 'they are watched by level: each epoll_wait returns at once', value: count }]
        : []),
    ],
    against: [],
    missing: [],
  };
}

function percent(share: { readonly known: boolean; readonly value?: number }): string {
  return share.known && share.value !== undefined ? `${Math.round(share.value * 100)} %` : 'an unknown part';
}

import type { Confidence, Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';
import { ioUringMissing } from '../descriptor-leaked/rule.ts';

/**
 * Everything was read, the FIN too, and nobody closes. Recv-Q 0 does not prove that a read returned 0: a FIN that waits
 * behind data is consumed with the last byte of it (measured). Never certain.
 */
export function judgeCloseMissing(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves || traits.progress !== 'consumed') return null;
  if (!['unwatched', 'registered-once', 'edge-in'].includes(traits.watch)) return null;
  const view = ProcessView.of(process, facts);
  if (view === null) return null;
  const count = connections.length;
  return {
    confidence: confidenceOf(group, view),
    title: `The end of ${count === 1 ? 'one connection' : `${count} connections`} was read, and nobody closes.`,
    evidence: [
      ...(view.free.length > 0
        ? [{ id: 'threads-free', says: 'the process waits for work: nothing holds it up', value: view.free.length }]
        : []),
      ...(traits.watch === 'unwatched'
        ? [
            {
              id: 'not-watched',
              says: 'no epoll instance of the process watches them any more',
              value: count,
              from: `/proc/${view.activity.pid}/fdinfo of epoll`,
            },
          ]
        : []),
    ],
    against: [],
    missing: [
      {
        id: 'end-seen',
        why: 'whether read has returned 0 is not visible: a FIN behind data is taken with the last byte of it',
        hint: null,
      },
      ...ioUringMissing(view),
    ],
  };
}

function confidenceOf({ traits, connections }: Group, view: ProcessView): Confidence {
  if (view.free.length === 0) return 'possible';
  // Goroutines and other light threads are not visible: one of them may have the request in hand.
  if (traits.watch === 'registered-once' && !traits.answered) return 'possible';
  return view.spinners.length > 0 && connections.length <= view.spinners.length ? 'possible' : 'likely';
}

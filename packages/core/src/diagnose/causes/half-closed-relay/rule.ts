import type { Facts } from '../../../facts/index.ts';
import type { Evidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import type { RelayLeg } from '../../leg-queue.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/** Younger ones may still be answered: then everything of the connection is of the same moment. */
const SETTLED_MS = 4000;
/** Most answers come sooner than this. */
const ANSWERED_MS = 1000;

/**
 * A relay that waits for both directions: the client has ended, the relay has passed the end on, and the server behind
 * it neither answers nor ends. Where an answer still comes, its acknowledgements make the other socket younger, so a
 * half-close in use does not match. A relay that changes what it passes on (TLS) is not found so. Never certain: two
 * unrelated connections may agree.
 */
export function judgeHalfClosedRelay(group: Group, facts: Facts): Verdict | null {
  const { situation, process, connections, legs, traits } = group;
  if (situation !== 'held' || process === null || traits.moves || legs.length < connections.length) return null;
  const isOlder = (ms: number): boolean => connections.every(({ age }) => age.ms !== null && age.ms >= ms);
  const settled = isOlder(SETTLED_MS);
  const reader = readerEvidence(legs, facts);
  const count = connections.length;
  const one = count === 1;
  const elsewhere = legs.filter(({ pid }) => pid !== process.pid);
  const [first] = elsewhere;
  return {
    confidence: isOlder(ANSWERED_MS) || reader.length > 0 ? 'likely' : 'possible',
    title: `A relay waits for ${one ? 'its other side: it has passed the end of this connection' : `the other sides of ${count} connections: it has passed their ends`} on, and nothing comes back.`,
    evidence: [
      {
        id: 'other-leg',
        says: `${one ? 'a socket' : `${count} sockets`} of ${first === undefined ? 'the same process' : `process ${first.pid}`} in FIN-WAIT-2, of the same age and with as many bytes sent as were received here`,
        value: count,
        from: 'sock_diag: tcpi_last_ack_recv, tcpi_bytes_sent, tcpi_bytes_received',
      },
      ...reader,
    ],
    against: [],
    missing: settled
      ? []
      : [{ id: 'answer', why: 'an answer may still come: they are a few seconds old', hint: 'look again' }],
  };
}

/** That somebody waits for the other side to say something. */
function readerEvidence(legs: readonly RelayLeg[], facts: Facts): readonly Evidence[] {
  for (const { pid, fd, socket } of legs) {
    const activity = facts.closeLook?.activities.get(pid);
    const [reader] = activity === undefined ? [] : new ProcessView(activity).on(new Set([fd]));
    if (reader !== undefined) {
      const says = `thread ${reader.thread.tid} is in ${reader.call?.name ?? 'a call'} on descriptor ${fd}, which is the other side`;
      return [{ id: 'reads-other-leg', says, value: fd, from: `/proc/${pid}/task/*/syscall` }];
    }
    const watch = facts.closeLook?.interests.get(socket.inode)?.find(({ events }) => events.in);
    if (watch !== undefined) {
      const says = `an event loop watches the other side (descriptor ${fd}) for an answer`;
      return [{ id: 'watches-other-leg', says, value: fd, from: `/proc/${pid}/fdinfo/${watch.epollFd}` }];
    }
  }
  return [];
}

import type { Facts, SocketFacts } from '../../../facts/index.ts';
import type { StuckConnection } from '../../finding.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

/** A relay passes an end on when it sees it; generous for one that is busy. */
const SAME_MOMENT_MS = 2000;
/** Younger ones may still be answered: then everything of the connection is of the same moment. */
const SETTLED_MS = 2 * SAME_MOMENT_MS;

/**
 * A relay that waits for both directions: the client has ended, the relay has passed the end on, and the server behind
 * it neither answers nor ends. The same process then holds a socket in FIN-WAIT-2 that is as old as the connection in
 * CLOSE-WAIT and has sent as many bytes as that one received. Where an answer still comes, its acknowledgements make the
 * other socket younger, so a half-close in use does not match. A relay that changes what it passes on (TLS) is not found
 * so. Never certain: two unrelated connections may agree.
 */
export function judgeHalfClosedRelay(group: Group, facts: Facts): Verdict | null {
  const { situation, process, connections } = group;
  if (situation !== 'held' || process === null) return null;
  const legs = new OtherLegs(facts, process.pid);
  if (!connections.every((connection) => legs.take(connection))) return null;
  const settled = connections.every(({ age }) => age.ms !== null && age.ms >= SETTLED_MS);
  const count = connections.length;
  const one = count === 1;
  return {
    confidence: settled ? 'likely' : 'possible',
    title: `A relay waits for ${one ? 'its other side: it has passed the end of this connection' : `the other sides of ${count} connections: it has passed their ends`} on, and nothing comes back.`,
    evidence: [
      {
        id: 'other-leg',
        says: `${one ? 'a socket' : `${count} sockets`} of the same process in FIN-WAIT-2, of the same age and with as many bytes sent as were received here`,
        value: count,
      },
    ],
    against: [],
    missing: [
      ...(settled
        ? []
        : [{ id: 'answer', why: 'an answer may still come: they are a few seconds old', hint: 'look again' }]),
      {
        id: 'reader',
        why: 'whether a thread of the relay reads from the other side was not looked at',
        hint: `grep -H . /proc/${process.pid}/task/*/syscall`,
      },
    ],
  };
}

/** The ages of one process's sockets in FIN-WAIT-2, by the bytes that they sent. */
class OtherLegs {
  readonly #agesByBytesSent = new Map<bigint, number[]>();

  constructor({ sockets, holders }: Facts, pid: number) {
    for (const socket of sockets) {
      if (socket.state === 'FIN-WAIT-2' && holders.get(socket.inode)?.some((holder) => holder.pid === pid) === true) {
        this.#add(socket);
      }
    }
  }

  #add({ info }: SocketFacts): void {
    if (!info.known) return;
    const ages = this.#agesByBytesSent.get(info.value.bytesSent);
    if (ages === undefined) this.#agesByBytesSent.set(info.value.bytesSent, [info.value.lastAckReceivedMs]);
    else ages.push(info.value.lastAckReceivedMs);
  }

  /** Whether there is another leg for this connection; each serves once. */
  take({ socket: { info }, age }: StuckConnection): boolean {
    const { ms } = age;
    // Nothing received proves nothing: every connection without data has sent as much.
    if (!info.known || ms === null || info.value.bytesReceived <= 1n) return false;
    // The peer's FIN counts as a byte received, the own one not as a byte sent.
    const ages = this.#agesByBytesSent.get(info.value.bytesReceived - 1n) ?? [];
    const at = ages.findIndex((other) => Math.abs(other - ms) <= SAME_MOMENT_MS);
    if (at >= 0) ages.splice(at, 1);
    return at >= 0;
  }
}

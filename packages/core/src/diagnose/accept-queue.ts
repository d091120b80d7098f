import { type Facts, formatEndpoint, type SocketFacts } from '../facts/index.ts';
import type { Evidence, MissingEvidence } from './finding.ts';
import type { Group } from './group.ts';

/** What is known of connections that wait in an accept queue, whatever keeps the program from accepting them. */
export interface AcceptQueue {
  /** The listener shows them in its queue, independently of the sockets themselves. */
  readonly confirmed: boolean;
  readonly evidence: readonly Evidence[];
  readonly against: readonly Evidence[];
  readonly missing: readonly MissingEvidence[];
}

/**
 * A socket without an inode has no file: accept(2) makes it (sock_alloc_file, net/socket.c), so the connection still
 * waits in an accept queue. close(2) cannot lead here, it leaves CLOSE-WAIT for LAST-ACK.
 */
export function acceptQueueOf(group: Group, facts: Facts): AcceptQueue | null {
  if (group.situation !== 'queued') return null;
  const { listeners, connections } = group;
  const confirmed = listeners.some(({ rxQueueBytes }) => rxQueueBytes > 0);
  return {
    confirmed,
    evidence: [
      {
        id: 'no-file',
        says: 'no file exists for these sockets (inode 0): accept never returned them',
        value: connections.length,
      },
      ...listeners.map(queueEvidenceOf),
    ],
    against:
      confirmed || listeners.length === 0
        ? []
        : [{ id: 'accept-queue-empty', says: 'the accept queue of the listener is empty now', value: 0 }],
    missing: [...listenerMissing(group), ...ownerMissing(group, facts)],
  };
}

function queueEvidenceOf({ local, rxQueueBytes, txQueueBytes }: SocketFacts): Evidence {
  // The queue holds one more than the backlog: sk_acceptq_is_full compares with > (include/net/sock.h).
  const full = rxQueueBytes > txQueueBytes;
  const says = `${rxQueueBytes} wait in the accept queue of ${formatEndpoint(local)}, backlog ${txQueueBytes}`;
  return {
    id: full ? 'accept-queue-full' : 'accept-queue',
    says: full ? `${says}: full, new connections are dropped` : says,
    value: rxQueueBytes,
  };
}

function listenerMissing({ listeners }: Group): readonly MissingEvidence[] {
  if (listeners.length === 0) {
    return [{ id: 'listener', why: 'no listener of this port was seen in this namespace', hint: 'ss -ltnp' }];
  }
  if (listeners.length === 1) return [];
  return [
    {
      id: 'which-listener',
      why: `${listeners.length} listeners share the port (SO_REUSEPORT); the kernel does not say whose queue holds which connection`,
      hint: null,
    },
  ];
}

function ownerMissing({ process, listeners }: Group, facts: Facts): readonly MissingEvidence[] {
  if (process !== null || listeners.length === 0) return [];
  const denied = facts.unseen.some(({ problem }) => problem.why === 'denied');
  return [
    {
      id: 'owner',
      why: denied ? "the listener's process belongs to somebody else" : "the listener's process was not found",
      hint: denied ? 'run as root' : null,
    },
  ];
}

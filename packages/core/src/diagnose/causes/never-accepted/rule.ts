import { type Facts, formatEndpoint, type SocketFacts } from '../../../facts/index.ts';
import { descriptorEvidence } from '../../descriptor-pressure.ts';
import type { Evidence, MissingEvidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { queueEvidence } from '../../queue-facts.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A socket without an inode has no file: accept(2) makes it (sock_alloc_file, net/socket.c), so the connection still
 * waits in an accept queue. close(2) cannot lead here, it leaves CLOSE-WAIT for LAST-ACK.
 */
export function judgeNeverAccepted(group: Group, facts: Facts): Verdict | null {
  if (!group.queued) return null;
  const waiting = group.listeners.filter(({ rxQueueBytes }) => rxQueueBytes > 0);
  const count = group.connections.length;
  const title =
    count === 1
      ? 'One connection waits in the accept queue; its peer gave up before the program called accept.'
      : `${count} connections wait in the accept queue; their peers gave up before the program called accept.`;
  return {
    // Certain is that nobody accepted them; the listener that shows them in its queue confirms it independently.
    confidence: waiting.length > 0 ? 'certain' : 'likely',
    title,
    evidence: [
      {
        id: 'no-file',
        says: 'no file exists for these sockets (inode 0): accept was never called for them',
        value: count,
      },
      ...group.listeners.map((listener) => acceptQueueEvidence(listener)),
      ...descriptorEvidence(group.process),
      ...queueEvidence(group.connections),
    ],
    against:
      waiting.length > 0 || group.listeners.length === 0
        ? []
        : [{ id: 'accept-queue-empty', says: 'the accept queue of the listener is empty now', value: 0 }],
    missing: [...listenerMissing(group), ...ownerMissing(group, facts)],
  };
}

function acceptQueueEvidence({ local, rxQueueBytes, txQueueBytes }: SocketFacts): Evidence {
  // The queue holds one more than the backlog: sk_acceptq_is_full compares with > (include/net/sock.h).
  const full = rxQueueBytes > txQueueBytes;
  const says = `${rxQueueBytes} wait in the accept queue of ${formatEndpoint(local)}, backlog ${txQueueBytes}${full ? ': full, new connections are dropped' : ''}`;
  return { id: full ? 'accept-queue-full' : 'accept-queue', says, value: rxQueueBytes };
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

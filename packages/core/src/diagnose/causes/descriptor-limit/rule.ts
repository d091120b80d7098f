import type { Facts } from '../../../facts/index.ts';
import { acceptQueueOf } from '../../accept-queue.ts';
import { descriptorEvidence, hasNoDescriptorLeft } from '../../descriptor-pressure.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

/**
 * accept(2) needs a free number below the soft limit. Never certain: after the limit was lowered there may be free
 * numbers below it although more are open, and the acceptor may be stuck for another reason as well.
 */
export function judgeDescriptorLimit(group: Group, facts: Facts): Verdict | null {
  const queue = acceptQueueOf(group, facts);
  if (queue === null || !hasNoDescriptorLeft(group.process)) return null;
  const count = group.connections.length;
  const waiting = count === 1 ? 'one connection waits' : `${count} connections wait`;
  return {
    confidence: 'likely',
    title: `The program has no descriptor left, so it cannot accept: ${waiting} in the queue.`,
    evidence: [...descriptorEvidence(group.process), ...queue.evidence],
    against: queue.against,
    missing: [
      ...queue.missing,
      {
        id: 'what-fills-it',
        why: 'what the descriptors are was not counted; where most of them are sockets, a leak came first',
        hint: `ls -l /proc/${group.process?.pid ?? 'PID'}/fd`,
      },
    ],
  };
}

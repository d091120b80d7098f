import type { Confidence, Facts } from '../../../facts/index.ts';
import { acceptQueueOf } from '../../accept-queue.ts';
import { descriptorEvidence, hasNoDescriptorLeft } from '../../descriptor-pressure.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

/** The program does not call accept: it is busy, stuck, or slower than clients arrive. */
export function judgeNeverAccepted(group: Group, facts: Facts): Verdict | null {
  const queue = acceptQueueOf(group, facts);
  if (queue === null) return null;
  const pressure = descriptorEvidence(group.process);
  // With no descriptor left it may well call accept, and fail.
  const mayFail = hasNoDescriptorLeft(group.process);
  const confidence: Confidence = queue.confirmed ? 'certain' : 'likely';
  const count = group.connections.length;
  return {
    confidence: mayFail ? 'possible' : confidence,
    title:
      count === 1
        ? 'One connection waits in the accept queue; its peer gave up before the program accepted it.'
        : `${count} connections wait in the accept queue; their peers gave up before the program accepted them.`,
    evidence: [...queue.evidence, ...(mayFail ? [] : pressure)],
    against: mayFail ? [...queue.against, ...pressure] : queue.against,
    missing: queue.missing,
  };
}

import type { Facts } from '../../../facts/index.ts';
import { descriptorEvidence } from '../../descriptor-pressure.ts';
import type { MissingEvidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';
import { mayHideHolder } from '../holder-hidden/index.ts';

/** Says what is known and what would decide; applies to every group, so that none goes without a finding. */
export function judgeUndetermined(group: Group, facts: Facts): Verdict {
  const count = group.connections.length;
  const one = count === 1;
  const subject = one ? 'One connection has' : `${count} connections have`;
  return {
    confidence: 'possible',
    title: `${subject} the peer's FIN and ${one ? 'was' : 'were'} not closed; what is known does not decide why.`,
    evidence: [...descriptorEvidence(group.process), ...sharingEvidence(group)],
    against: [],
    missing: group.process === null ? holderMissing(group, facts) : threadsMissing(group.process.pid, facts),
  };
}

function sharingEvidence({ tally }: Group): Verdict['evidence'] {
  const shared = tally.holding.several;
  if (shared === 0) return [];
  const says = `${shared === 1 ? 'one is' : `${shared} are`} held by several processes: a connection ends when the last of them closes`;
  return [{ id: 'several-holders', says, value: shared }];
}

function holderMissing(group: Group, facts: Facts): readonly MissingEvidence[] {
  const denied = facts.unseen.find(({ what, problem }) => problem.why === 'denied' && mayHideHolder(what));
  const first = group.connections.at(0);
  const uid = first === undefined ? '' : ` (the socket belongs to uid ${first.socket.uid})`;
  if (denied !== undefined) {
    return [
      {
        id: 'holder',
        why: `the holder was not found, and ${denied.what} could not be read${uid}`,
        hint: 'run as root',
      },
    ];
  }
  return [
    {
      id: 'holder',
      why: `no process that is visible here holds it${uid}: it may be in flight over a unix socket, registered with io_uring, or held in another pid namespace`,
      hint: null,
    },
  ];
}

function threadsMissing(pid: number, { closeLook }: Facts): readonly MissingEvidence[] {
  if (closeLook?.activities.has(pid) === true) {
    return closeLook.windowMs === null
      ? []
      : [{ id: 'inside', why: 'only the program itself could tell more: a dump of its threads', hint: null }];
  }
  return [
    {
      id: 'threads',
      why: 'what the threads of the process wait for could not be read: it tells a stuck worker from a forgotten connection',
      hint: 'run as root',
    },
    {
      id: 'event-interest',
      why: 'whether an epoll instance watches these descriptors could not be read',
      hint: 'run as root',
    },
  ];
}

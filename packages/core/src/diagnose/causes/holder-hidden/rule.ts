import type { Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { queueEvidence } from '../../queue-facts.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A file exists (inode above 0) and every descriptor table was read, and it is in none. Not certain: a holder that
 * ended or closed between the two readings leaves the same picture.
 */
export function judgeHolderHidden(group: Group, facts: Facts): Verdict | null {
  if (group.situation === 'queued' || group.process !== null) return null;
  if (facts.unseen.some(({ what, problem }) => problem.why !== 'gone' && mayHideHolder(what))) return null;
  const count = group.connections.length;
  return {
    confidence: 'likely',
    title: `No descriptor table has ${count === 1 ? 'this connection' : `these ${count} connections`}, although somebody keeps a file of ${count === 1 ? 'it' : 'them'}.`,
    evidence: [
      {
        id: 'file-without-descriptor',
        says: 'the sockets have a file (inode above 0) and are in no descriptor table of this pid namespace',
        value: count,
      },
      ...queueEvidence(group.connections),
    ],
    against: [],
    missing: [
      {
        id: 'where',
        why: 'it may be in flight over a unix socket (SCM_RIGHTS), registered with io_uring, used by the kernel itself, or held in another pid namespace; these were not looked at',
        hint: "grep -l 'scm_fds: [1-9]' /proc/*/fdinfo/* 2>/dev/null; grep -l 'UserFiles:.[1-9]' /proc/*/fdinfo/* 2>/dev/null",
      },
    ],
  };
}

/** What could not be looked at and may have it. */
export function mayHideHolder(what: string): boolean {
  return what.includes('descriptor tables') || what.startsWith("other users' processes");
}

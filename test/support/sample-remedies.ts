import { causeOf, OwnerFinder, type Remedy } from '@closewait/core/diagnose';
import { type CauseId, known } from '@closewait/core/facts';
import { groupConnections } from '../../packages/core/src/diagnose/group.ts';
import { sampleFacts, sampleListener, sampleProcess, sampleSocket } from './sample-facts.ts';

/** What a cause advises for a process, in one state of proc(5), that is short of descriptors and holds one connection. */
export function sampleRemedies(id: CauseId, state = 'S'): readonly Remedy[] {
  const process = sampleProcess({
    state: known(state),
    descriptors: known({ open: 1000, softLimit: 1024, hardLimit: 4096 }),
  });
  const holder = { pid: process.pid, tid: process.pid, fd: 7 };
  const socket = sampleSocket();
  const facts = sampleFacts({
    sockets: [socket],
    listeners: [sampleListener()],
    holders: [[socket.inode, holder]],
    processes: [process],
  });
  const stuck = { socket, holders: [holder], age: { ms: 5000, is: 'exact' as const } };
  const groups = groupConnections([stuck], new OwnerFinder(facts), facts, 0);
  return groups.flatMap((group) =>
    causeOf(id).remedies(group, (method) => `closewait close cookie:41 --with ${method}`),
  );
}

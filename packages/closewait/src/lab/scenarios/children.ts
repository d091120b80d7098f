import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProcess } from '../lab-process.ts';
import { LAB_PORT, SAYS } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { startPeers, stuckOn } from './server-and-peers.ts';

/** What programs/fork-server.py does. */
type ForkDoes =
  | 'keep-in-child'
  | 'keep-all-in-child'
  | 'keep-in-orphan'
  | 'leave-to-orphan'
  | 'handle-in-child'
  | 'handle-like-inetd'
  | 'prefork'
  | 'pass-to-worker';

/** Servers that fork: children that inherit what they should not, and children that are the ones to serve. */
export const CHILDREN_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'inherited-descriptor-fork',
    title: 'The server answers and closes; a child that it forked meanwhile sleeps with a copy (Python).',
    cause: 'inherited-descriptor',
    start: (stage) => playFork(stage, { does: 'keep-in-child', connections: 2, answered: true }),
  },
  {
    name: 'inherited-descriptor-fork-listener',
    title: 'A forked child sleeps with a copy of the connection and of the listener (Python).',
    cause: 'inherited-descriptor',
    start: (stage) => playFork(stage, { does: 'keep-all-in-child', connections: 2, answered: true }),
  },
  {
    name: 'inherited-descriptor-orphan',
    title: 'The server answers and closes; an orphan of a double fork waits with a copy (Python).',
    cause: 'inherited-descriptor',
    start: (stage) => playFork(stage, { does: 'keep-in-orphan', connections: 2, answered: true }),
  },
  {
    name: 'inherited-descriptor-server-gone',
    title: 'The server has ended, and an orphan of it waits with a copy of its last connection (Python).',
    cause: 'inherited-descriptor',
    start: (stage) => playFork(stage, { does: 'leave-to-orphan', connections: 1, answered: true }),
  },
  {
    name: 'worker-stuck-child',
    title: 'Each connection has a process, which sleeps between request and answer (Python).',
    cause: 'worker-stuck',
    start: (stage) => playFork(stage, { does: 'handle-in-child', connections: 3 }),
  },
  {
    name: 'worker-stuck-inetd',
    title: 'An inetd starts a program with the connection as its input and output, and the program reads elsewhere.',
    cause: 'worker-stuck',
    start: (stage) => playFork(stage, { does: 'handle-like-inetd', connections: 2 }),
  },
  {
    name: 'descriptor-leaked-prefork',
    title: 'Two processes accept from one listener, answer, and forget the connections (Python).',
    cause: 'descriptor-leaked',
    start: (stage) => playFork(stage, { does: 'prefork', connections: 4, answered: true }),
  },
  {
    name: 'holder-hidden-passed',
    title: 'A server passes its connections to a worker, which does not receive them (SCM_RIGHTS, Python).',
    cause: 'holder-hidden',
    start: (stage) => playFork(stage, { does: 'pass-to-worker', connections: 3 }),
  },
];

interface ForkPlay {
  readonly does: ForkDoes;
  readonly connections: number;
  readonly answered?: boolean;
}

/** The scene is about the children. */
async function playFork(stage: Stage, { does, connections, answered = false }: ForkPlay): Promise<Scene> {
  const server = stage.start('server', 'fork-server', '--port', String(LAB_PORT), '--does', does);
  await stage.heard(server, SAYS.ready);
  const peers = startPeers(stage, { connections, answered, told: true });
  await stage.heard(peers, SAYS.served);
  await stage.heard(server, SAYS.done, connections);
  if (does === 'leave-to-orphan') await stage.heard(server, 'has ended');
  peers.tell();
  return { ...stuckOn(server, connections), pids: childrenNamedBy(server) };
}

/** From its lines `connection 22: …by the child 4711, …`; a child may be named more than once. */
function childrenNamedBy({ lines }: LabProcess): number[] {
  const named = lines.flatMap((line) => /(?:by|to) the child (?<pid>\d+)/.exec(line)?.groups?.['pid'] ?? []);
  return [...new Set(named.map(Number))];
}

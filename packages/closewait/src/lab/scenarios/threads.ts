import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProcess } from '../lab-process.ts';
import { LAB_PORT, SAYS, UPSTREAM_PORT } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { type PeersCall, startPeers, stuckOn } from './server-and-peers.ts';

/** What programs/handler-server.py does. */
type HandlerDoes =
  | 'leave-at-end'
  | 'connect'
  | 'resolve'
  | 'compute'
  | 'send-all'
  | 'send-all-with-poll'
  | 'await-event';

/** Python servers with a thread for each connection, or with one for all. */
export const THREADS_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'close-missing-thread',
    title: 'A thread reads until recv returns nothing, and leaves without close (Python).',
    cause: 'close-missing',
    start: async (stage) => {
      const server = await startHandlers(stage, 'leave-at-end');
      startPeers(stage, { connections: 3 });
      await stage.heard(server, SAYS.done, 3);
      return stuckOn(server, 3);
    },
  },
  {
    name: 'worker-stuck-connect',
    title: 'Each thread is in connect to an upstream whose accept queue is full (Python).',
    cause: 'worker-stuck',
    start: async (stage) => {
      await startSilentUpstream(stage, 'full');
      return playHandlers(stage, 'connect', { connections: 3 });
    },
  },
  {
    name: 'worker-stuck-resolver',
    title: 'Each thread polls for the answer of a name server that does not answer (Python).',
    cause: 'worker-stuck',
    start: async (stage) => {
      await startSilentUpstream(stage, 'datagrams');
      return playHandlers(stage, 'resolve', { connections: 3 });
    },
  },
  {
    name: 'worker-stuck-compute',
    title: 'The thread of a connection has read the request, and computes for ever (Python).',
    cause: 'worker-stuck',
    start: (stage) => playHandlers(stage, 'compute', { connections: 1 }),
  },
  {
    name: 'worker-stuck-event',
    title: 'Each thread waits for an event that it would send to its client, and never reads (Python).',
    cause: 'worker-stuck',
    start: (stage) => playHandlers(stage, 'await-event', { connections: 3, leaves: 'half-close-unread' }),
  },
  {
    name: 'worker-stuck-single',
    title: 'The only thread waits for an upstream; the connections behind are never accepted (http.server of Python).',
    cause: 'worker-stuck',
    start: playOneThread,
  },
  {
    name: 'writer-blocked-thread',
    title: 'Threads are in send to peers that have closed their half and do not read (Python).',
    cause: 'writer-blocked',
    start: (stage) => playHandlers(stage, 'send-all', { connections: 3, leaves: 'half-close-unread' }),
  },
  {
    name: 'writer-blocked-poll',
    title: 'Threads poll until they may write to peers that have closed their half and do not read (Python).',
    cause: 'writer-blocked',
    start: (stage) => playHandlers(stage, 'send-all-with-poll', { connections: 3, leaves: 'half-close-unread' }),
  },
];

async function startHandlers(stage: Stage, does: HandlerDoes): Promise<LabProcess> {
  const server = stage.start('server', 'handler-server', '--does', does);
  await stage.heard(server, SAYS.ready);
  return server;
}

async function startSilentUpstream(stage: Stage, does: 'full' | 'datagrams'): Promise<void> {
  const upstream = stage.start('upstream', 'silent-upstream', '--does', does);
  await stage.heard(upstream, SAYS.ready);
}

/** The peers leave when each has a thread that has read its request. */
async function playHandlers(stage: Stage, does: HandlerDoes, peersDo: PeersCall): Promise<Scene> {
  const server = await startHandlers(stage, does);
  const peers = startPeers(stage, { ...peersDo, told: true });
  await stage.heard(peers, SAYS.served);
  await stage.heard(server, SAYS.done, peersDo.connections);
  peers.tell();
  return stuckOn(server, peersDo.connections);
}

/** One connection is in service, two wait behind it in the accept queue. */
async function playOneThread(stage: Stage): Promise<Scene> {
  const upstream = stage.start('upstream', 'blocking-server', '--does', 'sleep', '--port', String(UPSTREAM_PORT));
  await stage.heard(upstream, SAYS.ready);
  const server = stage.start('server', 'one-thread-server');
  await stage.heard(server, SAYS.ready);
  const peers = startPeers(stage, { connections: 3, told: true });
  await stage.heard(peers, SAYS.served);
  // The upstream has got the request: the server waits for nothing but its answer.
  await stage.heard(upstream, SAYS.done);
  peers.tell();
  return {
    pids: [server.pid],
    port: LAB_PORT,
    end: 'local',
    closeWait: 3,
    victims: [{ cause: 'never-accepted', count: 2 }],
  };
}

import type { CauseScenario, Scene } from '../cause-scenario.ts';
import { LAB_PORT, SAYS } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { playServerAndPeers, startPeers, startServer, stuckOn } from './server-and-peers.ts';

/** The thread that should close waits for something else, or is not allowed to run. */
export const WAITING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'worker-stuck-sleep',
    title: 'The only worker sleeps between request and answer, while its client gives up.',
    cause: 'worker-stuck',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'sleep'], peers: { connections: 1 }, leaveAfter: 1 }),
  },
  {
    name: 'worker-stuck-read',
    title: 'The only worker reads from a backend that does not answer, while its client gives up.',
    cause: 'worker-stuck',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['blocking-server', 'wait-elsewhere'],
        peers: { connections: 1 },
        leaveAfter: 1,
      }),
  },
  {
    name: 'worker-stuck-lock',
    title: 'Each connection has a thread, and all threads wait for one lock (Python).',
    cause: 'worker-stuck',
    start: (stage) => playThreads(stage, { connections: 3, inService: 3 }),
  },
  {
    name: 'worker-stuck-pool',
    title: 'Two workers wait for one lock, and three more connections queue behind them (Python).',
    cause: 'worker-stuck',
    start: (stage) => playThreads(stage, { connections: 5, inService: 2, workers: 2 }),
  },
  {
    name: 'event-loop-stalled',
    title: 'A synchronous call in one handler stops the event loop of a Node server and all its connections.',
    cause: 'event-loop-stalled',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['loop-server', 'stall'],
        peers: { connections: 3, greeted: true },
        leaveAfter: 1,
      }),
  },
  {
    name: 'writer-blocked',
    title: 'The server writes to a peer that has closed its half and does not read.',
    cause: 'writer-blocked',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['blocking-server', 'write'],
        peers: { connections: 1, leaves: 'half-close-unread' },
        leaveAfter: 1,
      }),
  },
  {
    name: 'writer-blocked-loop',
    title: 'A Node server has more to write than its peers, which have closed their half, will ever read.',
    cause: 'writer-blocked',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['loop-server', 'write'],
        peers: { connections: 3, leaves: 'half-close-unread' },
        leaveAfter: 3,
      }),
  },
  {
    name: 'process-stopped',
    title: 'The server is stopped (SIGSTOP) while its clients leave.',
    cause: 'process-stopped',
    start: async (stage) => {
      const server = await startServer(stage, ['loop-server', 'serve']);
      const peers = startPeers(stage, { connections: 3, answered: true, told: true });
      await stage.heard(peers, SAYS.served);
      server.signal('SIGSTOP');
      await stage.waitFor('the server to stop', () => server.isStopped());
      peers.tell();
      return stuckOn(server, 3);
    },
  },
];

/** Of `connections`, `inService` have a thread that has read their request. */
async function playThreads(
  stage: Stage,
  { connections, inService, workers = 0 }: { connections: number; inService: number; workers?: number },
): Promise<Scene> {
  const server = stage.start('server', 'thread-server', '--port', String(LAB_PORT), '--workers', String(workers));
  await stage.heard(server, SAYS.ready);
  const peers = startPeers(stage, { connections, told: true });
  await stage.heard(peers, SAYS.served);
  await stage.heard(server, SAYS.done, inService);
  peers.tell();
  return stuckOn(server, connections);
}

import type { CauseScenario } from '../cause-scenario.ts';
import { SAYS } from '../programs/contract.ts';
import { playServerAndPeers, startPeers, startServer, stuckOn } from './server-and-peers.ts';

/** The program holds a descriptor and does nothing with it any more. */
export const FORGETTING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'descriptor-leaked',
    title: 'The server accepts, and forgets the descriptor at once.',
    cause: 'descriptor-leaked',
    start: (stage) => playServerAndPeers(stage, { server: ['blocking-server', 'forget'], peers: { connections: 3 } }),
  },
  {
    name: 'descriptor-leaked-after-answer',
    title: 'The server answers a request, and forgets the descriptor without a further read.',
    cause: 'descriptor-leaked',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['blocking-server', 'answer-and-forget'],
        peers: { connections: 3, answered: true },
      }),
  },
  {
    name: 'close-missing',
    title: 'The server reads until read returns 0, and does not close.',
    cause: 'close-missing',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'forget-after-end'], peers: { connections: 3 } }),
  },
  {
    name: 'close-missing-merged',
    title: 'One read takes the last data and the FIN with it; it never returns 0, and nobody closes.',
    cause: 'close-missing',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'read-late'], peers: { connections: 3 } }),
  },
  {
    name: 'close-missing-half-open',
    title: 'A Node server with allowHalfOpen gets the event "end", and does not call end().',
    cause: 'close-missing',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['loop-server', 'half-open'], peers: { connections: 3, answered: true } }),
  },
  {
    name: 'closed-but-held',
    title: 'Peers reset connections that the server has not closed; the kernel forgets them, the descriptors stay.',
    cause: 'closed-but-held',
    start: async (stage) => {
      const connections = 3;
      const server = await startServer(stage, ['blocking-server', 'forget-after-end']);
      const peers = startPeers(stage, { connections, leaves: 'reset' });
      await stage.heard(server, SAYS.done, connections);
      peers.tell();
      await stage.heard(peers, SAYS.left);
      return stuckOn(server, 0);
    },
  },
];

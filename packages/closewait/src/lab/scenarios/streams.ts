import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProgram } from '../program-url.ts';
import { SAYS, UPSTREAM_PORT } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { type PeersCall, startPeers, stuckOn } from './server-and-peers.ts';

/** Takes what a Node stream takes at once (64 KiB twice, at most), and then fits into the window of the connection. */
const MORE_THAN_A_STREAM = 'x'.repeat(96 * 1024);
const UPGRADE = 'GET /chat HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade\r\nUpgrade: lab\r\n\r\n';

/** Servers on the event loops of Node and asyncio, and what their streams do. */
export const STREAMS_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'event-loop-stalled-asyncio',
    title: 'A handler of asyncio calls time.sleep (Python).',
    cause: 'event-loop-stalled',
    start: (stage) => playLoop(stage, 'asyncio-server', 'stall', { connections: 3, greeted: true }, 1),
  },
  {
    name: 'event-loop-stalled-compute',
    title: 'A handler of a Node server computes for ever.',
    cause: 'event-loop-stalled',
    start: (stage) => playLoop(stage, 'stream-server', 'compute', { connections: 3, greeted: true }, 1),
  },
  {
    name: 'reader-paused-asyncio',
    title: 'Handlers of asyncio call pause_reading, and nobody resumes them (Python).',
    cause: 'reader-paused',
    start: (stage) => playLoop(stage, 'asyncio-server', 'pause', { connections: 3, greeted: true }, 3),
  },
  {
    name: 'reader-paused-pipe',
    title: 'A Node server pipes its connections to a consumer that does not read, and pauses them meanwhile.',
    cause: 'reader-paused',
    start: async (stage) => {
      const consumer = stage.start('consumer', 'blocking-server', '--does', 'sleep', '--port', String(UPSTREAM_PORT));
      await stage.heard(consumer, SAYS.ready);
      return playLoop(stage, 'stream-server', 'pipe', { connections: 3, sends: MORE_THAN_A_STREAM }, 3);
    },
  },
  {
    name: 'close-missing-upgrade',
    title: 'The upgrade handler of a Node HTTP server gets the event "end", and does not call end().',
    cause: 'close-missing',
    start: async (stage) => {
      const server = stage.start('server', 'stream-server', '--does', 'upgrade');
      await stage.heard(server, SAYS.ready);
      startPeers(stage, { connections: 3, sends: UPGRADE, answered: true });
      await stage.heard(server, SAYS.done, 3);
      return stuckOn(server, 3);
    },
  },
  {
    name: 'half-close-in-use-ticks',
    title: 'Peers close their half and read on, and a Node server sends a line every 50 ms.',
    cause: 'half-close-in-use',
    start: async (stage) => {
      const server = stage.start('server', 'stream-server', '--does', 'tick');
      await stage.heard(server, SAYS.ready);
      startPeers(stage, { connections: 2, leaves: 'half-close' });
      await stage.heard(server, SAYS.done, 2);
      return stuckOn(server, 2);
    },
  },
  {
    name: 'half-close-in-use-slow',
    title: 'A peer closes its half and reads a long answer slowly, and a Node server always has more to send.',
    cause: 'half-close-in-use',
    start: async (stage) => {
      const server = stage.start('server', 'stream-server', '--does', 'export');
      await stage.heard(server, SAYS.ready);
      stage.start('peer', 'slow-reader');
      await stage.heard(server, SAYS.done);
      return stuckOn(server, 1);
    },
  },
];

/** The peers leave when the server has done so often what it does. */
async function playLoop(
  stage: Stage,
  program: LabProgram,
  does: string,
  peersDo: PeersCall,
  leaveAfter: number,
): Promise<Scene> {
  const server = stage.start('server', program, '--does', does);
  await stage.heard(server, SAYS.ready);
  const peers = startPeers(stage, { ...peersDo, told: true });
  await stage.heard(peers, SAYS.served);
  await stage.heard(server, SAYS.done, leaveAfter);
  peers.tell();
  return stuckOn(server, peersDo.connections);
}

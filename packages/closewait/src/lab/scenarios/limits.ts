import type { CauseScenario, Scene } from '../cause-scenario.ts';
import { type LimitDoes, SAYS, UPSTREAM_PORT } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { startPeers, stuckOn } from './server-and-peers.ts';

/** No descriptor is left for connections that wait in the accept queue. */
export const LIMITS_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'descriptor-limit',
    title: 'Subscribers in service hold all descriptors; accept fails, and the level-triggered loop spins.',
    cause: 'descriptor-limit',
    start: (stage) => playQueue(stage, 'spin'),
  },
  {
    name: 'descriptor-limit-unwatched',
    title: 'At its limit of descriptors the server takes its listener out of epoll, and never puts it back.',
    cause: 'descriptor-limit',
    start: (stage) => playQueue(stage, 'unwatch'),
  },
  {
    name: 'descriptor-limit-doze',
    title: 'At its limit of descriptors the server sleeps for a second after each accept that fails.',
    cause: 'descriptor-limit',
    start: (stage) => playQueue(stage, 'doze'),
  },
  {
    name: 'descriptor-leaked-to-limit',
    title: 'The server forgets its connections until no descriptor is left; two more queue behind them.',
    cause: 'descriptor-leaked',
    start: async (stage) => {
      const leaked = 4;
      const queued = 2;
      const server = stage.start('server', 'limit-server', '--does', 'leak', '--room', String(leaked));
      await stage.heard(server, SAYS.served);
      const peers = startPeers(stage, { connections: leaked + queued, told: true });
      await stage.heard(peers, SAYS.served);
      await stage.heard(server, SAYS.done, leaked + 1);
      peers.tell();
      return { ...stuckOn(server, leaked + queued), victims: [{ cause: 'descriptor-limit', count: queued }] };
    },
  },
];

async function playQueue(stage: Stage, does: LimitDoes): Promise<Scene> {
  const subscribers = 4;
  const queued = 3;
  const server = stage.start('server', 'limit-server', '--does', does, '--subscribers', String(subscribers));
  await stage.heard(server, SAYS.ready, 2);
  const ends = ['--connections', String(subscribers), '--port', String(UPSTREAM_PORT), '--leaves', 'stay'];
  stage.start('subscribers', 'peers', ...ends);
  await stage.heard(server, SAYS.served);
  startPeers(stage, { connections: queued });
  await stage.heard(server, SAYS.done);
  return stuckOn(server, queued);
}

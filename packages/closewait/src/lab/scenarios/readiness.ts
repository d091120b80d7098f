import type { CauseScenario, Scene } from '../cause-scenario.ts';
import { SAYS, UPSTREAM_PORT } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { startPeers, stuckOn } from './server-and-peers.ts';

/** Python programs that ask what is ready, and a relay of two that ask nothing and wait. */
export const READINESS_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'descriptor-leaked-unregister',
    title: 'A server answers, takes the connection out of its selector, and keeps the object (Python).',
    cause: 'descriptor-leaked',
    start: (stage) => playSelect(stage, 'unregister', 3),
  },
  {
    name: 'eof-spin-select',
    title: 'A loop around select ignores that recv returns nothing, and is woken again for ever (Python).',
    cause: 'eof-spin',
    start: (stage) => playSelect(stage, 'spin-select', 2),
  },
  {
    name: 'eof-spin-poll',
    title: 'A loop around poll ignores that recv returns nothing, and is woken again for ever (Python).',
    cause: 'eof-spin',
    start: (stage) => playSelect(stage, 'spin-poll', 2),
  },
  {
    name: 'half-closed-relay-pair',
    title:
      'A relay of two processes has passed on that the client closed, and the upstream of the child stays (Python).',
    cause: 'half-closed-relay',
    start: async (stage) => {
      const upstream = stage.start('upstream', 'blocking-server', '--does', 'sleep', '--port', String(UPSTREAM_PORT));
      await stage.heard(upstream, SAYS.ready);
      const relay = stage.start('relay', 'relay-pair');
      await stage.heard(relay, SAYS.ready);
      const peers = startPeers(stage, { connections: 1, told: true });
      // The upstream has got the request: nothing is under way any more but the ends.
      await stage.heard(upstream, SAYS.done);
      peers.tell();
      await stage.heard(relay, SAYS.done);
      await stage.heard(relay, 'child');
      return stuckOn(relay, 1);
    },
  },
];

async function playSelect(
  stage: Stage,
  does: 'unregister' | 'spin-select' | 'spin-poll',
  connections: number,
): Promise<Scene> {
  const server = stage.start('server', 'select-server', '--does', does);
  await stage.heard(server, SAYS.ready);
  startPeers(stage, { connections, answered: true });
  return stuckOn(server, connections);
}

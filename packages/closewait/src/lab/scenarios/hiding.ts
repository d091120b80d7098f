import type { CauseScenario, Scene } from '../cause-scenario.ts';
import { type HidingDoes, SAYS } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { startPeers, stuckOn } from './server-and-peers.ts';

/** The kernel keeps the connection open for something that is no descriptor. */
export const HIDING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'holder-hidden-in-flight',
    title: 'The only copy of each descriptor lies in the queue of a Unix socket (SCM_RIGHTS).',
    cause: 'holder-hidden',
    start: (stage) => playHiding(stage, 'in-flight'),
  },
  {
    name: 'holder-hidden-io-uring',
    title: 'The connections are registered files of an io_uring, and their descriptors are closed.',
    cause: 'holder-hidden',
    start: (stage) => playHiding(stage, 'registered'),
  },
];

async function playHiding(stage: Stage, does: HidingDoes): Promise<Scene> {
  const connections = 3;
  const server = stage.start('server', 'hiding-server', '--does', does, '--connections', String(connections));
  await stage.heard(server, SAYS.ready);
  startPeers(stage, { connections });
  await stage.heard(server, SAYS.done, connections);
  return stuckOn(server, connections);
}

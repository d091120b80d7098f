import type { CauseScenario } from '../cause-scenario.ts';
import { playServerAndPeers } from './server-and-peers.ts';

/** Nobody takes the connections from the accept queue. */
export const ACCEPTANCE_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'never-accepted',
    title: 'Peers send a request and give up; the server never calls accept.',
    cause: 'never-accepted',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'never-accept'], peers: { connections: 3 } }),
  },
  {
    name: 'never-accepted-silent',
    title: 'Peers connect and leave without a byte; the server never calls accept.',
    cause: 'never-accepted',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'never-accept'], peers: { connections: 3, sends: '' } }),
  },
];

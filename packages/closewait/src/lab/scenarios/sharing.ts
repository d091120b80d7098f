import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProcess } from '../lab-process.ts';
import { LAB_PORT, SAYS, UPSTREAM_PORT } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { playServerAndPeers, startPeers, startServer, stuckOn } from './server-and-peers.ts';

/** More than one server and its clients: pools, relays, children, and a half-closed connection that is in use. */
export const SHARING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'idle-pool',
    title: 'The server closes connections that a client keeps for later and does not look at.',
    cause: 'idle-pool',
    start: async (stage) => {
      const connections = 3;
      const server = await startServer(stage, ['blocking-server', 'hang-up'], '--connections', String(connections));
      const pool = startPeers(stage, { connections, answered: true, leaves: 'stay' });
      await stage.heard(pool, SAYS.served);
      server.tell();
      await stage.heard(server, SAYS.done, connections);
      return { pids: [pool.pid], port: LAB_PORT, end: 'remote', closeWait: connections };
    },
  },
  {
    name: 'half-closed-relay',
    title: 'A relay has passed on that the client closed, and its thread reads from an upstream that stays.',
    cause: 'half-closed-relay',
    start: (stage) => playRelay(stage, ['blocking-server', 'relay']),
  },
  {
    name: 'half-closed-relay-loop',
    title: 'A Node relay made of two pipes has passed on that the client closed, and the upstream stays.',
    cause: 'half-closed-relay',
    start: (stage) => playRelay(stage, ['loop-server', 'relay']),
  },
  {
    name: 'inherited-descriptor',
    title: 'The server has closed its connections; a program that it started before has inherited them.',
    cause: 'inherited-descriptor',
    start: async (stage) => {
      const connections = 2;
      const server = await startServer(stage, ['blocking-server', 'hand-to-child']);
      const peers = startPeers(stage, { connections, told: true });
      await stage.heard(server, SAYS.done, connections);
      peers.tell();
      return { ...stuckOn(server, connections), pids: childrenNamedBy(server) };
    },
  },
  {
    name: 'half-close-in-use',
    title: 'Peers close their half and read on, and the server sends on: legal, and no problem.',
    cause: 'half-close-in-use',
    start: (stage) =>
      playServerAndPeers(stage, {
        server: ['blocking-server', 'send-after-end'],
        peers: { connections: 1, leaves: 'half-close' },
      }),
  },
];

/** The upstream is a process of its own with a stuck worker; the scene is about the relay. */
async function playRelay(stage: Stage, relay: Parameters<typeof startServer>[1]): Promise<Scene> {
  const upstream = stage.start('upstream', 'blocking-server', '--does', 'sleep', '--port', String(UPSTREAM_PORT));
  await stage.heard(upstream, SAYS.ready);
  const server = await startServer(stage, relay);
  const peers = startPeers(stage, { connections: 1, told: true });
  // The upstream has got the request: nothing is under way any more but the ends.
  await stage.heard(upstream, SAYS.done);
  peers.tell();
  await stage.heard(server, SAYS.done);
  return stuckOn(server, 1);
}

/** From its lines `connection 22: inherited by the child 4711, …`. */
function childrenNamedBy({ lines }: LabProcess): number[] {
  return lines.flatMap((line) => {
    const pid = /by the child (?<pid>\d+)/.exec(line)?.groups?.['pid'];
    return pid === undefined ? [] : [Number(pid)];
  });
}

import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProcess } from '../lab-process.ts';
import { SAYS } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';
import { waitUntil } from '../wait-until.ts';
import { startPeers, startServer, stuckOn } from './server-and-peers.ts';

/** Somebody does not let the process run, other than with SIGSTOP. */
export const STOPPING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'process-stopped-traced',
    title: 'A debugger holds every thread of the server (ptrace), while its clients leave.',
    cause: 'process-stopped',
    start: (stage) => playHeld(stage, (pid) => stage.start('tracer', 'tracer', '--pid', pid)),
  },
  {
    name: 'process-stopped-frozen',
    title: "The server's cgroup is frozen while its clients leave.",
    cause: 'process-stopped',
    start: (stage) => playFrozen(stage),
  },
];

/** `version` of the cgroup hierarchy; default: 2 where it is mounted, else 1. */
export function playFrozen(stage: Stage, version?: '1' | '2'): Promise<Scene> {
  return playHeld(stage, (pid, server) => {
    const wanted = version === undefined ? [] : ['--version', version];
    const freezer = stage.start('freezer', 'freezer', '--pid', pid, ...wanted);
    stage.atEnd(async () => {
      freezer.tell();
      // In a frozen cgroup of version 1 not even SIGKILL ends a process, so this one first has to be thawed.
      await server.stop();
      await waitUntil(() => freezer.exit !== null, { withinMs: 10_000, signal: new AbortController().signal });
    });
    return freezer;
  });
}

async function playHeld(stage: Stage, hold: (pid: string, server: LabProcess) => LabProcess): Promise<Scene> {
  const connections = 3;
  const server = await startServer(stage, ['loop-server', 'serve']);
  const peers = startPeers(stage, { connections, answered: true, told: true });
  await stage.heard(peers, SAYS.served);
  await stage.heard(hold(String(server.pid), server), 'holds');
  peers.tell();
  return stuckOn(server, connections);
}

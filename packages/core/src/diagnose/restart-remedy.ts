import type { ProcessFacts } from '../facts/index.ts';
import type { Remedy } from './finding.ts';

/** A command line word is pasted into a shell: only names that need no quoting are offered. */
const PLAIN_WORD = /^[\w@.:\\-]+$/;

const USER_MANAGER = /\/user@\d+\.service\//;

/** Restarting the owner: the one remedy that gives connection, descriptor and worker back, whatever the cause. */
export function restartRemedy(process: ProcessFacts | null): Remedy {
  return {
    id: 'restart',
    command: restartCommand(process),
    does: `restart the program${process === null ? ' that has them' : ''}: the kernel closes all descriptors of a process that ends`,
    frees: { connection: true, descriptor: true, worker: true },
    risk: 'connections in use end too, and requests in progress are lost',
    peerSees: 'a FIN, or a RST where data was left unread; a peer that has closed itself sees nothing new',
  };
}

function restartCommand(process: ProcessFacts | null): string | null {
  if (process === null) return null;
  if (process.container.known && process.container.value !== null) {
    const { runtime, id } = process.container.value;
    const short = id.slice(0, 12);
    if (runtime === 'docker' || runtime === 'podman') return `${runtime} restart ${short}`;
    // A pod's containers are restarted by their kubelet once they are stopped.
    return `crictl stop ${short}`;
  }
  // A unit of a user's own manager is unknown to the system's; `systemctl --user` works for that user only.
  if (process.cgroup.known && USER_MANAGER.test(process.cgroup.value)) return null;
  const unit = process.unit.known ? process.unit.value : null;
  // A scope holds what somebody started by hand: systemd cannot start that again.
  return unit?.endsWith('.service') === true && PLAIN_WORD.test(unit) ? `systemctl restart ${unit}` : null;
}

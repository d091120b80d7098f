import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { orGone } from '../or-gone.ts';

/** A descriptor and the process that has it. */
export interface SocketHolder {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

/** Which of some processes has a descriptor of which socket, by inode. A process that has ended has none. */
export function findHolders(pids: readonly number[]): ReadonlyMap<number, SocketHolder> {
  const holders = new Map<number, SocketHolder>();
  for (const pid of pids) {
    for (const name of orGone(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const link = orGone(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? '';
      const inode = Number(/^socket:\[(?<inode>\d+)\]$/.exec(link)?.groups?.['inode'] ?? 0);
      if (inode > 0 && !holders.has(inode)) holders.set(inode, { pid, tid: pid, fd: Number(name) });
    }
  }
  return holders;
}

/** How many descriptors lie in the queue of a Unix socket, received by nobody (`scm_fds`, unix_show_fdinfo). */
export function countInFlight(pid: number, fd: number): number {
  const text = orGone(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? '';
  return Number(/^scm_fds:\s*(?<count>\d+)$/m.exec(text)?.groups?.['count'] ?? 0);
}

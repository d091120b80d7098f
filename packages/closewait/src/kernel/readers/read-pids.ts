import { decodeMountinfo, hidePidOf } from '@closewait/core/codec';
import { type KernelSource, type Unknown, unknown } from '@closewait/core/facts';
import type { LookLog } from './look-log.ts';

/** The processes of this pid namespace. */
export interface PidList {
  readonly pids: readonly number[];
  readonly problem?: Unknown;
}

/** Lists the processes that /proc shows, and says when a mount option hides others. */
export function readPids(source: KernelSource, log: LookLog): PidList {
  const names = source.readDirectory('/proc');
  if (!names.known) return { pids: [], problem: names };
  const pids = names.value.filter((name) => isDecimal(name)).map(Number);
  if (!isInitShown(pids)) noteHidden(source, log);
  return { pids };
}

/** hidepid=1 only closes the directories, which shows as denied reads; hidepid=2 makes them vanish, the first pid too. */
function isInitShown(pids: readonly number[]): boolean {
  return pids.includes(1);
}

function noteHidden(source: KernelSource, log: LookLog): void {
  const bytes = source.readFile('/proc/self/mountinfo');
  const mounts = bytes.known ? decodeMountinfo(bytes.value) : undefined;
  const hidden = mounts?.ok === true ? hidePidOf(mounts.value) : null;
  const detail =
    hidden === null || hidden === 'off' ? '/proc does not show process 1' : `/proc is mounted with hidepid=${hidden}`;
  log.missed(
    "other users' processes",
    unknown('denied', detail, 'run as root, or in the group of the mount option gid='),
  );
}

function isDecimal(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

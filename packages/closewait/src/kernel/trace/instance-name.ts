import { readFileSync, statSync } from 'node:fs';
import { decodeProcStat } from '@closewait/core/codec';

/**
 * Who owns an instance of tracefs: a process, known by its start as well, because its number is used again; and the
 * process id namespace in which that number means something, because tracefs is one for all of them.
 */
export interface InstanceOwner {
  readonly pid: number;
  readonly startedBootMs: number;
  readonly pidNamespace: number;
}

const NAME = /^closewait-(?<pid>\d+)-(?<started>\d+)-(?<namespace>\d+)-\d+$/;

/** `closewait-PID-START-NAMESPACE-N`; `n` tells the instances of a process apart. */
export function instanceName({ pid, startedBootMs, pidNamespace }: InstanceOwner, n: number): string {
  return `closewait-${pid}-${startedBootMs}-${pidNamespace}-${n}`;
}

/** Null for an instance of somebody else. */
export function ownerOfInstance(name: string): InstanceOwner | null {
  const parts = NAME.exec(name)?.groups;
  if (parts === undefined) return null;
  return {
    pid: Number(parts['pid']),
    startedBootMs: Number(parts['started']),
    pidNamespace: Number(parts['namespace']),
  };
}

/** This process as an owner. */
export function ownOwner(): InstanceOwner {
  return {
    pid: process.pid,
    startedBootMs: startOf(process.pid) ?? 0,
    pidNamespace: statSync('/proc/self/ns/pid').ino,
  };
}

/** Whether its owner has certainly ended. Of another process id namespace nobody here can tell. */
export function hasEnded(owner: InstanceOwner, own: InstanceOwner): boolean {
  return owner.pidNamespace === own.pidNamespace && startOf(owner.pid) !== owner.startedBootMs;
}

/** When the process with this number was started; null where there is none. */
function startOf(pid: number): number | null {
  try {
    const stat = decodeProcStat(readFileSync(`/proc/${pid}/stat`));
    return stat.ok ? stat.value.startedBootMs : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return null;
    throw error;
  }
}

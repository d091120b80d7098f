import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import type { OwnerIdentity } from '../../packages/core/src/facts/index.ts';
import { waitUntil } from './wait-until.ts';

/** A descriptor of a process that refers to a socket. */
export interface SocketDescriptor {
  readonly fd: number;
  readonly inode: number;
}

const TICK_MS = 10;
/** Field 22 of proc_pid_stat(5), counted behind the name. */
const START = 19;

/** A process as a finding names it. */
export function ownerOf(pid: number): OwnerIdentity {
  const { epochMs, bootMs } = new LiveSource().beginLook();
  return { pid, startedAtMs: epochMs - bootMs + Number(statFields(`/proc/${pid}/stat`)[START]) * TICK_MS };
}

/** What a descriptor leads to; null where it is not open. */
export function linkOf(pid: number, fd: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The socket behind a descriptor. */
export function socketAt(pid: number, fd: number): SocketDescriptor {
  const inode = /^socket:\[(\d+)\]$/.exec(linkOf(pid, fd) ?? '')?.[1];
  if (inode === undefined) throw new Error(`descriptor ${fd} of ${pid} is no socket`);
  return { fd, inode: Number(inode) };
}

/** Everything that a process has open, by number; what is closed while it is listed is left out. */
export function linksOf(pid: number): ReadonlyMap<number, string> {
  const links = new Map<number, string>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    const link = linkOf(pid, Number(name));
    if (link !== null) links.set(Number(name), link);
  }
  return links;
}

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && statFields(`/proc/${pid}/stat`)[0] !== 'Z';
}

/** Resolves when all threads of a process sleep in a system call. */
export async function untilAsleep(pid: number): Promise<void> {
  await waitUntil(`all threads of ${pid} sleep`, () =>
    readdirSync(`/proc/${pid}/task`).every((tid) => {
      const path = `/proc/${pid}/task/${tid}`;
      return statFields(`${path}/stat`)[0] === 'S' && /^\d+ /.test(readFileSync(`${path}/syscall`, 'utf8'));
    }),
  );
}

/** The fields from the state on. */
function statFields(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split(') ').at(-1)?.trim().split(' ') ?? [];
}

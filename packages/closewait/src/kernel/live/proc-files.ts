import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type DescriptorTable, known, type Reading } from '@closewait/core/facts';
import { failureOf, socketInodeAt } from '../../ffi/index.ts';
import { refusal } from './refusal.ts';

/** Root is refused too, by a security module or where a process belongs to another user namespace. */
const HINT =
  process.geteuid?.() === 0
    ? 'a security module or another user namespace protects it'
    : 'run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH';

/** Runs one read of node:fs; what the kernel refuses becomes a reason. */
function attempt<T>(op: string, path: string, read: () => T): Reading<T> {
  try {
    return known(read());
  } catch (cause) {
    const problem = refusal(failureOf(op, cause), path);
    return problem.why === 'denied' ? { ...problem, hint: HINT } : problem;
  }
}

export function readProcFile(path: string): Reading<Uint8Array> {
  return attempt('read', path, () => readFileSync(path));
}

export function readProcDirectory(path: string): Reading<readonly string[]> {
  return attempt('readdir', path, () => readdirSync(path));
}

export function readProcLink(path: string): Reading<string> {
  return attempt('readlink', path, () => readlinkSync(path));
}

export function readProcInode(path: string): Reading<number> {
  return attempt('stat', path, () => statSync(path).ino);
}

/** All sockets of a /proc/PID/task/TID/fd directory. Entries that vanish meanwhile are left out. */
export function readDescriptorTable(path: string): Reading<DescriptorTable> {
  return attempt('readdir', path, () => {
    const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      return collectSockets(directory, readdirSync(path));
    } finally {
      closeSync(directory);
    }
  });
}

function collectSockets(directory: number, names: readonly string[]): DescriptorTable {
  const fds = new Int32Array(names.length);
  const inodes = new Uint32Array(names.length);
  let count = 0;
  for (const name of names) {
    const inode = socketInodeAt(directory, name);
    if (inode <= 0) continue;
    fds[count] = Number(name);
    inodes[count] = inode;
    count++;
  }
  return { open: names.length, fds: fds.slice(0, count), inodes: inodes.slice(0, count) };
}

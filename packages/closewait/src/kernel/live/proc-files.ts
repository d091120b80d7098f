import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type DescriptorTable, known, type Reading } from '@closewait/core/facts';
import { failureOf, walkSocketLinks } from '../../ffi/index.ts';
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

/** All sockets of a /proc/PID/task/TID/fd directory. Descriptors that are closed meanwhile are left out. */
export function readDescriptorTable(path: string): Reading<DescriptorTable> {
  const directory = attempt('open', path, () => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
  if (!directory.known) return directory;
  try {
    const fds: number[] = [];
    const inodes: number[] = [];
    const open = walkSocketLinks(directory.value, (fd, inode) => {
      fds.push(fd);
      inodes.push(inode);
    });
    if (!open.ok) return refusal(open, path);
    return known({ open: open.value, fds: Int32Array.from(fds), inodes: Uint32Array.from(inodes) });
  } finally {
    closeSync(directory.value);
  }
}

import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type DescriptorTable, known, type Reading, unknown } from '@closewait/core/facts';
import { failureOf, walkLinks } from '../../ffi/index.ts';
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

/** The number of entries of a directory of descriptors: its size, which Linux fills in since 6.2 and which was 0 before. */
export function countEntries(path: string): Reading<number> {
  const stats = attempt('stat', path, () => statSync(path));
  if (!stats.known) return stats;
  return stats.value.size > 0
    ? known(stats.value.size)
    : unknown('unsupported', `stat ${path}: no size; before Linux 6.2, or its first thread has exited`);
}

/** All sockets of a /proc/PID/task/TID/fd directory. Descriptors that are closed meanwhile are left out. */
export function readDescriptorTable(path: string): Reading<DescriptorTable> {
  const directory = attempt('open', path, () => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
  if (!directory.known) return directory;
  try {
    const fds: number[] = [];
    const inodes: number[] = [];
    const epolls: number[] = [];
    const rings: number[] = [];
    const open = walkLinks(directory.value, {
      socket: (fd, inode) => {
        fds.push(fd);
        inodes.push(inode);
      },
      epoll: (fd) => void epolls.push(fd),
      ring: (fd) => void rings.push(fd),
    });
    if (!open.ok) return refusal(open, path);
    return known({
      open: open.value,
      fds: Int32Array.from(fds),
      inodes: Uint32Array.from(inodes),
      epolls: Int32Array.from(epolls),
      rings: Int32Array.from(rings),
    });
  } finally {
    closeSync(directory.value);
  }
}

import { constants, fstatSync } from 'node:fs';
import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { getOptionBytes, SOL_TCP, TCP_INFO } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** The same number on every architecture since Linux 5.3: asm-generic/unistd.h. */
const NR_PIDFD_OPEN = 434;
const NR_PIDFD_GETFD = 438;
/** asm/unistd_64.h of x86 and asm-generic/unistd.h; kcmp is older than the common numbering. */
const NR_KCMP: Partial<Record<NodeJS.Architecture, number>> = { x64: 312, arm64: 272, riscv64: 272, loong64: 272 };
const KCMP_FILES = 2;
/** linux/pidfd.h */
const PIDFD_THREAD = constants.O_EXCL;
/** Room for every tcp_info so far: 280 bytes in Linux 6.18. */
const TCP_INFO_BYTES = 512;

const syscall = libcFunction<[number, number, number, number, number, number]>(
  'long syscall(long, long, long, long, long, long)',
);
const getxattrCall = libcFunction<[string, string, Uint8Array, number]>(
  'long getxattr(const char*, const char*, void*, size_t)',
);

/**
 * Whether two threads share one descriptor table: kcmp(2) with KCMP_FILES. Needs ptrace read access to both
 * (PTRACE_MODE_READ_REALCREDS) and CONFIG_KCMP; ENOSYS or EPERM otherwise.
 */
export function shareDescriptorTable(tidA: number, tidB: number): SystemResult<boolean> {
  const number = NR_KCMP[process.arch];
  if (number === undefined) return { ok: false, op: 'kcmp', errno: 'ENOSYS' };
  const result = answered('kcmp', Number(syscall(number, tidA, tidB, KCMP_FILES, 0, 0)));
  return result.ok ? { ok: true, value: result.value === 0 } : result;
}

/** `system.sockprotoname` of the socket behind a /proc/PID/fd path: `TCP`, `TCPv6`, `UNIX` (sockfs, net/socket.c). */
export function socketProtocolName(path: string): SystemResult<string> {
  const name = Buffer.alloc(32);
  const result = answered('getxattr', Number(getxattrCall(path, 'system.sockprotoname', name, name.length)));
  if (!result.ok) return result;
  const end = name.indexOf(0);
  return { ok: true, value: name.toString('latin1', 0, end < 0 ? result.value : end) };
}

/**
 * `struct tcp_info` of another process's socket: pidfd_open, pidfd_getfd, getsockopt, close. The copy lives for
 * microseconds and changes no state. Its inode is compared with `inode`, so that a reused number is not mistaken
 * (ESTALE). Needs PTRACE_MODE_ATTACH_REALCREDS (pidfd_getfd(2)), Linux 5.6; for a thread with a table of its own, or
 * whose leader has exited, PIDFD_THREAD of Linux 6.9.
 */
export function tcpInfoOfDescriptor(holder: DescriptorOf, inode: number): SystemResult<Uint8Array> {
  return withForeignDescriptor(holder, (fd) =>
    fstatSync(fd).ino === inode
      ? getOptionBytes(fd, SOL_TCP, TCP_INFO, TCP_INFO_BYTES)
      : { ok: false, op: 'pidfd_getfd', errno: 'ESTALE' },
  );
}

/** A descriptor in the table of one thread. */
export interface DescriptorOf {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

/** Runs `work` with a copy of another process's descriptor, and closes the copy: pidfd_open, pidfd_getfd. */
export function withForeignDescriptor<T>(
  { pid, tid, fd }: DescriptorOf,
  work: (copy: number) => SystemResult<T>,
): SystemResult<T> {
  const pidfd = answered('pidfd_open', Number(syscall(NR_PIDFD_OPEN, tid, tid === pid ? 0 : PIDFD_THREAD, 0, 0, 0)));
  if (!pidfd.ok) return pidfd;
  using owner = new Descriptor(pidfd.value);
  const copied = answered('pidfd_getfd', Number(syscall(NR_PIDFD_GETFD, owner.fd, fd, 0, 0, 0)));
  if (!copied.ok) return copied;
  using copy = new Descriptor(copied.value);
  return work(copy.fd);
}

import { fstatSync } from 'node:fs';
import { type DescriptorOf, withForeignDescriptor } from './foreign-descriptors.ts';
import { libcFunction } from './libc.ts';
import { SOL_SOCKET, SOL_TCP, setIntegerOption, setOptionBytes } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** sys/socket.h */
const SHUTDOWN_HOW = { read: 0, write: 1, both: 2 } as const;
/** netinet/tcp.h, asm-generic/socket.h */
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
export const TCP_USER_TIMEOUT = 18;
const SO_KEEPALIVE = 9;
/** SO_SNDTIMEO_OLD, with a struct timeval of two 64-bit words. */
const SO_SNDTIMEO = 21;
const shutdownCall = libcFunction<[number, number]>('int shutdown(int, int)');

/** Which direction shutdown(2) ends. */
export type ShutdownHow = keyof typeof SHUTDOWN_HOW;

/**
 * shutdown(2) of a socket that another process holds, through a copy of its descriptor that lives for microseconds. The
 * copy's inode is compared with `inode` first: ESTALE where the number leads to another file by now. `how`: default both
 * directions. Needs PTRACE_MODE_ATTACH_REALCREDS (pidfd_getfd(2)), Linux 5.6. The process keeps its descriptor.
 */
export function shutdownForeign(holder: DescriptorOf, inode: number, how: ShutdownHow = 'both'): SystemResult<void> {
  return withForeignSocket(holder, inode, (fd) => shutDown(fd, how));
}

/** shutdown(2). */
export function shutDown(fd: number, how: ShutdownHow): SystemResult<number> {
  return answered('shutdown', shutdownCall(fd, SHUTDOWN_HOW[how]));
}

/**
 * Sets TCP_USER_TIMEOUT of a socket that another process holds: so long may data stay unacknowledged, or a full window
 * shut, before the kernel ends the connection (tcp(7)). An idle connection has nothing of either. Needs what
 * {@link shutdownForeign} needs.
 */
export function setForeignUserTimeout(holder: DescriptorOf, inode: number, timeoutMs: number): SystemResult<void> {
  return withForeignSocket(holder, inode, (fd) => setIntegerOption(fd, SOL_TCP, TCP_USER_TIMEOUT, timeoutMs));
}

/** When a quiet connection is probed, and how often in vain, before the kernel ends it (tcp(7)). */
export interface Keepalive {
  /** At least 1. */
  readonly idleSeconds: number;
  /** At least 1. */
  readonly intervalSeconds: number;
  /** 1 to 127. */
  readonly probes: number;
}

/** Turns SO_KEEPALIVE on with values of its own for a socket that another process holds. */
export function setForeignKeepalive(holder: DescriptorOf, inode: number, keepalive: Keepalive): SystemResult<void> {
  return withForeignSocket(holder, inode, (fd) => setKeepalive(fd, keepalive));
}

/** Turns SO_KEEPALIVE on with values of its own. */
export function setKeepalive(fd: number, { idleSeconds, intervalSeconds, probes }: Keepalive): SystemResult<number> {
  // The idle time comes last: set on a running timer it counts from the last activity, and a connection that has been
  // quiet for longer is probed at once (tcp_sock_set_keepidle_locked). The switch alone starts to count anew.
  const settings = [
    [SOL_TCP, TCP_KEEPINTVL, intervalSeconds],
    [SOL_TCP, TCP_KEEPCNT, probes],
    [SOL_SOCKET, SO_KEEPALIVE, 1],
    [SOL_TCP, TCP_KEEPIDLE, idleSeconds],
  ] as const;
  for (const [level, option, value] of settings) {
    const set = setIntegerOption(fd, level, option, value);
    if (!set.ok) return set;
  }
  return { ok: true, value: 0 };
}

/** Sets SO_SNDTIMEO of a socket that another process holds: the longest that a call that writes may wait (socket(7)). */
export function setForeignSendTimeout(holder: DescriptorOf, inode: number, timeoutMs: number): SystemResult<void> {
  // struct timeval: seconds, microseconds.
  const timeval = Buffer.alloc(16);
  timeval.writeBigInt64LE(BigInt(Math.floor(timeoutMs / 1000)), 0);
  timeval.writeBigInt64LE(BigInt((timeoutMs % 1000) * 1000), 8);
  return withForeignSocket(holder, inode, (fd) => setOptionBytes(fd, SOL_SOCKET, SO_SNDTIMEO, timeval));
}

/** Runs `work` with a copy of the descriptor, if it still leads to the socket. */
function withForeignSocket(
  holder: DescriptorOf,
  inode: number,
  work: (fd: number) => SystemResult<number>,
): SystemResult<void> {
  return withForeignDescriptor(holder, (fd): SystemResult<void> => {
    if (fstatSync(fd).ino !== inode) return { ok: false, op: 'pidfd_getfd', errno: 'ESTALE' };
    const result = work(fd);
    return result.ok ? { ok: true, value: undefined } : result;
  });
}

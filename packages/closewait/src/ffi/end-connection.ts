import { fstatSync } from 'node:fs';
import { withForeignDescriptor } from './foreign-descriptors.ts';
import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** sys/socket.h */
const SHUT_RDWR = 2;
const shutdownCall = libcFunction<[number, number]>('int shutdown(int, int)');

/**
 * shutdown(2) of both directions of a socket that another process holds, through a copy of its descriptor that lives for
 * microseconds. The copy's inode is compared with `inode` first: ESTALE where the number leads to another file by now.
 * Needs PTRACE_MODE_ATTACH_REALCREDS (pidfd_getfd(2)), Linux 5.6. The process keeps its descriptor.
 */
export function shutdownForeign(
  holder: { readonly pid: number; readonly tid: number; readonly fd: number },
  inode: number,
): SystemResult<void> {
  return withForeignDescriptor(holder, (fd): SystemResult<void> => {
    if (fstatSync(fd).ino !== inode) return { ok: false, op: 'pidfd_getfd', errno: 'ESTALE' };
    const result = answered('shutdown', shutdownCall(fd, SHUT_RDWR));
    return result.ok ? { ok: true, value: undefined } : result;
  });
}

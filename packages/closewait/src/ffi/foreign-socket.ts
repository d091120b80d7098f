import { fstatSync } from 'node:fs';
import { type Keepalive, type ShutdownHow, setKeepalive, shutDown, TCP_USER_TIMEOUT } from './end-connection.ts';
import { type DescriptorOf, withForeignDescriptor } from './foreign-descriptors.ts';
import { getOptionBytes, SOL_SOCKET, SOL_TCP, setIntegerOption, TCP_INFO } from './sockets.ts';
import type { SystemResult } from './system-call.ts';

/** asm-generic/socket.h, Linux 4.12: the number by which sock_diag knows a socket. */
const SO_COOKIE = 57;
/** Room for every tcp_info so far: 280 bytes in Linux 6.18. */
const TCP_INFO_BYTES = 512;

/**
 * A socket of another process, through a copy of its descriptor. What is asked and what is done are about one and the same
 * socket, whatever the process does with its number meanwhile.
 */
export class ForeignSocket {
  readonly #fd: number;

  constructor(copy: number) {
    this.#fd = copy;
  }

  /** On sockfs. */
  get inode(): number {
    return fstatSync(this.#fd).ino;
  }

  /** The cookie of sock_diag. ENOTSOCK where it is no socket, ENOPROTOOPT before Linux 4.12. */
  cookie(): SystemResult<bigint> {
    const bytes = getOptionBytes(this.#fd, SOL_SOCKET, SO_COOKIE, 8);
    if (!bytes.ok) return bytes;
    return { ok: true, value: Buffer.from(bytes.value).readBigUInt64LE() };
  }

  /** `struct tcp_info`, as long as this kernel's is. */
  tcpInfo(): SystemResult<Uint8Array> {
    return getOptionBytes(this.#fd, SOL_TCP, TCP_INFO, TCP_INFO_BYTES);
  }

  /** shutdown(2). ENOTCONN where the connection has ended. */
  shutDown(how: ShutdownHow): SystemResult<number> {
    return shutDown(this.#fd, how);
  }

  /** TCP_USER_TIMEOUT. Milliseconds. */
  setUserTimeout(timeoutMs: number): SystemResult<number> {
    return setIntegerOption(this.#fd, SOL_TCP, TCP_USER_TIMEOUT, timeoutMs);
  }

  /** What TCP_USER_TIMEOUT is now. Milliseconds; 0: the system's. */
  userTimeout(): SystemResult<number> {
    const bytes = getOptionBytes(this.#fd, SOL_TCP, TCP_USER_TIMEOUT, 4);
    return bytes.ok ? { ok: true, value: Buffer.from(bytes.value).readUInt32LE() } : bytes;
  }

  /** SO_KEEPALIVE with values of its own. */
  setKeepalive(keepalive: Keepalive): SystemResult<number> {
    return setKeepalive(this.#fd, keepalive);
  }
}

/**
 * Runs `work` with a copy of another process's socket; the copy is closed whatever happens. Needs
 * PTRACE_MODE_ATTACH_REALCREDS (pidfd_getfd(2)), Linux 5.6: EPERM, ENOSYS. ESRCH: the process has ended; EBADF: the number is free.
 */
export function withForeignSocket<T>(
  holder: DescriptorOf,
  work: (socket: ForeignSocket) => SystemResult<T>,
): SystemResult<T> {
  return withForeignDescriptor(holder, (copy) => work(new ForeignSocket(copy)));
}

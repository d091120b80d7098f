import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** The same numbers on every architecture: asm-generic/unistd.h. */
const NR_IO_URING_SETUP = 425;
const NR_IO_URING_REGISTER = 427;
/** linux/io_uring.h */
const IORING_REGISTER_FILES = 2;
const PARAMS_BYTES = 120;
const ENTRIES = 1;

const syscall = libcFunction<[number, number, number, Uint8Array, number]>(
  'long syscall(long, long, long, void*, long)',
);
const setupCall = libcFunction<[number, number, Uint8Array]>('long syscall(long, long, void*)');

/**
 * io_uring_setup(2) and io_uring_register(2) with IORING_REGISTER_FILES: the ring holds the files from now on, whether
 * their descriptors are closed or not. Answers the ring's descriptor. EPERM where kernel.io_uring_disabled forbids it.
 */
export function registerFiles(fds: readonly number[]): SystemResult<number> {
  const ring = answered('io_uring_setup', Number(setupCall(NR_IO_URING_SETUP, ENTRIES, Buffer.alloc(PARAMS_BYTES))));
  if (!ring.ok) return ring;
  const files = Buffer.alloc(4 * fds.length);
  for (const [index, fd] of fds.entries()) files.writeInt32LE(fd, 4 * index);
  const registered = answered(
    'io_uring_register',
    Number(syscall(NR_IO_URING_REGISTER, ring.value, IORING_REGISTER_FILES, files, fds.length)),
  );
  return registered.ok ? ring : registered;
}

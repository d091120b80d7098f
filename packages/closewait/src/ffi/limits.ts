import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** asm-generic/resource.h */
const RLIMIT_NOFILE = 7;

const prlimitCall = libcFunction<[number, number, Uint8Array | null, Uint8Array | null]>(
  'int prlimit(int, int, const void*, void*)',
);

/** Sets this process's own soft limit of descriptors: numbers below it can be opened. The hard limit stays. */
export function limitOwnDescriptors(soft: number): SystemResult<number> {
  const OWN = 0;
  return limitDescriptorsOf(OWN, soft);
}

/**
 * Sets the soft limit of descriptors of a process, at once and while it runs; 0 is this process. The hard limit stays:
 * EINVAL above it. Another user's process needs CAP_SYS_RESOURCE (prlimit(2)).
 */
export function limitDescriptorsOf(pid: number, soft: number): SystemResult<number> {
  // struct rlimit64: soft, then hard.
  const limits = Buffer.alloc(16);
  const read = answered('prlimit', prlimitCall(pid, RLIMIT_NOFILE, null, limits));
  if (!read.ok) return read;
  limits.writeBigUInt64LE(BigInt(soft), 0);
  return answered('prlimit', prlimitCall(pid, RLIMIT_NOFILE, limits, null));
}

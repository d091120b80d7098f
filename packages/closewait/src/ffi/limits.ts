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
  // struct rlimit64: soft, then hard.
  const limits = Buffer.alloc(16);
  const read = answered('prlimit', prlimitCall(OWN, RLIMIT_NOFILE, null, limits));
  if (!read.ok) return read;
  limits.writeBigUInt64LE(BigInt(soft), 0);
  return answered('prlimit', prlimitCall(OWN, RLIMIT_NOFILE, limits, null));
}

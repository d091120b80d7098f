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
  const read = readDescriptorLimits(pid);
  return read.ok ? setDescriptorLimits(pid, { soft, hard: read.value.hard }) : read;
}

/** RLIMIT_NOFILE of a process; `Infinity` for unlimited. */
export interface DescriptorLimits {
  readonly soft: number;
  readonly hard: number;
}

/** RLIM64_INFINITY, linux/resource.h */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** Reads both limits of a process; 0 is this one. Another user's process needs CAP_SYS_RESOURCE (prlimit(2)). */
export function readDescriptorLimits(pid: number): SystemResult<DescriptorLimits> {
  // struct rlimit64: soft, then hard.
  const limits = Buffer.alloc(16);
  const read = answered('prlimit', prlimitCall(pid, RLIMIT_NOFILE, null, limits));
  if (!read.ok) return read;
  const decode = (value: bigint): number => (value === UNLIMITED ? Number.POSITIVE_INFINITY : Number(value));
  return {
    ok: true,
    value: { soft: decode(limits.readBigUInt64LE(0)), hard: decode(limits.readBigUInt64LE(8)) },
  };
}

/**
 * Sets both limits of a process; 0 is this one. A higher hard limit needs CAP_SYS_RESOURCE, and none may be above
 * fs.nr_open (EPERM).
 */
export function setDescriptorLimits(pid: number, { soft, hard }: DescriptorLimits): SystemResult<number> {
  const limits = Buffer.alloc(16);
  const encode = (value: number): bigint => (value === Number.POSITIVE_INFINITY ? UNLIMITED : BigInt(value));
  limits.writeBigUInt64LE(encode(soft), 0);
  limits.writeBigUInt64LE(encode(hard), 8);
  return answered('prlimit', prlimitCall(pid, RLIMIT_NOFILE, limits, null));
}

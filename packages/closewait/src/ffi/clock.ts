import { libcFunction } from './libc.ts';

/** linux/time.h */
const CLOCK_BOOTTIME = 7;
const clockGettime = libcFunction<[number, Uint8Array]>('int clock_gettime(int, void*)');

/** Milliseconds since boot, time asleep included: the clock in which the kernel counts process start times. */
export function bootTimeMs(): number {
  const timespec = Buffer.alloc(16);
  // Cannot fail: the clock exists since Linux 2.6.39 and the buffer is ours.
  clockGettime(CLOCK_BOOTTIME, timespec);
  return Number(timespec.readBigInt64LE(0)) * 1000 + Math.floor(Number(timespec.readBigInt64LE(8)) / 1e6);
}

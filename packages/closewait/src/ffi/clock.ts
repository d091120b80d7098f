import { libcFunction } from './libc.ts';

/** linux/time.h */
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;
const clockGettime = libcFunction<[number, Uint8Array]>('int clock_gettime(int, void*)');

/** Milliseconds since boot, time asleep included: the clock in which the kernel counts process start times. */
export function bootTimeMs(): number {
  const timespec = Buffer.alloc(16);
  // Cannot fail: the clock exists since Linux 2.6.39 and the buffer is ours.
  clockGettime(CLOCK_BOOTTIME, timespec);
  return Number(timespec.readBigInt64LE(0)) * 1000 + Math.floor(Number(timespec.readBigInt64LE(8)) / 1e6);
}

/** Two clocks at the same moment, nanoseconds. */
export interface ClockPair {
  /** CLOCK_MONOTONIC: the clock `mono` of tracefs. */
  readonly monotonicNs: bigint;
  /** CLOCK_REALTIME: the clock of packet timestamps. */
  readonly realtimeNs: bigint;
  /** How far apart the two may have been read. */
  readonly withinNs: bigint;
}

/** Of so many readings the best is taken: an interrupt between two calls makes a bad one. */
const READINGS = 25;

/** CLOCK_REALTIME between two readings of CLOCK_MONOTONIC, which stand for their middle. */
export function readClockPair(): ClockPair {
  const readings = Array.from({ length: READINGS }, () => {
    const before = readClock(CLOCK_MONOTONIC);
    const realtimeNs = readClock(CLOCK_REALTIME);
    const after = readClock(CLOCK_MONOTONIC);
    return { monotonicNs: (before + after) / 2n, realtimeNs, withinNs: (after - before + 1n) / 2n };
  });
  return readings.reduce((best, reading) => (reading.withinNs < best.withinNs ? reading : best));
}

function readClock(clock: number): bigint {
  const timespec = Buffer.alloc(16);
  clockGettime(clock, timespec);
  return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
}

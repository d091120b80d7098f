import type { ClockRate } from './program-writer.ts';

/** The rates that kernels are configured with: kernel/Kconfig.hz, and what distributions add to it. */
const RATES = [100, 250, 300, 500, 600, 750, 1000] as const;
/** Jiffies begin five minutes before they overflow (INITIAL_JIFFIES, linux/jiffies.h). */
const HEAD_START_S = 300;
const OVERFLOW = 2n ** 32n;
/** Firmware and hypervisors take a while between the two clocks' beginnings; two rates differ by 300 s and more at boot. */
const MOST_DRIFT_MS = 20_000;

/**
 * HZ of the running kernel from jiffies64 and CLOCK_MONOTONIC, read at about the same time: jiffies64 was
 * 2^32 - 300 * HZ at boot and counts HZ a second. Null where no rate explains both.
 */
export function clockRateOf(jiffies: bigint, monotonicMs: number): ClockRate | null {
  const beyond = Number(jiffies - OVERFLOW);
  const driftOf = (hz: number): number => Math.abs((beyond / hz + HEAD_START_S) * 1000 - monotonicMs);
  const closest = [...RATES].sort((a, b) => driftOf(a) - driftOf(b))[0];
  return closest === undefined || driftOf(closest) > MOST_DRIFT_MS ? null : { hz: closest };
}

import type { ClockRate } from './program-writer.ts';

/** The rates that kernels are configured with: kernel/Kconfig.hz, and what distributions add to it. */
const RATES = [100, 250, 300, 500, 600, 750, 1000] as const;
/** Jiffies begin five minutes before they overflow (INITIAL_JIFFIES, linux/jiffies.h). */
const HEAD_START_S = 300;
const OVERFLOW = 2n ** 32n;
/** Firmware and hypervisors take a while between the beginnings of the two clocks. */
const MOST_DRIFT_MS = 20_000;

/** Both clocks, read at about the same time. */
export interface ClockReading {
  /** jiffies64 */
  readonly jiffies: bigint;
  /** CLOCK_MONOTONIC, which stands still while the machine sleeps, as jiffies do. */
  readonly monotonicMs: number;
}

/**
 * HZ of the running kernel from one reading: jiffies64 was 2^32 - 300 * HZ at boot and counts HZ a second. Null where
 * no rate explains both clocks, or more than one does: five minutes after boot all of them do.
 */
export function clockRateOf({ jiffies, monotonicMs }: ClockReading): ClockRate | null {
  const beyond = Number(jiffies - OVERFLOW);
  const driftOf = (hz: number): number => Math.abs((beyond / hz + HEAD_START_S) * 1000 - monotonicMs);
  const [closest, next] = [...RATES].sort((a, b) => driftOf(a) - driftOf(b));
  if (closest === undefined || next === undefined || driftOf(closest) > MOST_DRIFT_MS) return null;
  return driftOf(next) - driftOf(closest) > MOST_DRIFT_MS ? { hz: closest } : null;
}

/** Rates are at least a fifth apart; half of that is for when exactly each clock was read. */
const MOST_ERROR = 0.08;

/** HZ from two readings, at least 200 ms apart. Null where none of the rates is near what was counted. */
export function clockRateBetween(first: ClockReading, second: ClockReading): ClockRate | null {
  const counted = (Number(second.jiffies - first.jiffies) * 1000) / (second.monotonicMs - first.monotonicMs);
  const hz = RATES.find((rate) => Math.abs(counted / rate - 1) < MOST_ERROR);
  return hz === undefined ? null : { hz };
}

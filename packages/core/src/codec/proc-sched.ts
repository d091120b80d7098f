import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** What the scheduler says of a thread in `/proc/PID/task/TID/sched`. */
export interface ProcSched {
  /**
   * When it last ran, in milliseconds of the clock of the processor on which it did (rq_clock_task, kernel/sched/core.c).
   * That clock leaves out interrupts and stolen time: two processors differ (150 ms after 3 hours, measured).
   */
  readonly lastRanMs: number;
}

const LAST_RAN = /^se\.exec_start +: +(\d{1,15}\.\d{6})$/m;

/** `se.exec_start` of `/proc/PID/task/TID/sched`, proc_sched_show_task (kernel/sched/debug.c). */
export function decodeProcSched(bytes: Uint8Array): Decoded<ProcSched> {
  const text = decodeText(bytes);
  const value = LAST_RAN.exec(text)?.[1];
  return value === undefined
    ? problem('/proc/PID/task/TID/sched', 0, 'a line "se.exec_start"', quoteInput(text))
    : decoded({ lastRanMs: Number(value) });
}

/** The three numbers of `/proc/PID/task/TID/schedstat` (sched-stats.rst). */
export interface ProcSchedstat {
  /** Time on a processor. */
  readonly runMs: number;
  /** Time ready to run and not running. */
  readonly waitMs: number;
  /** How often it was given a processor. */
  readonly runs: number;
}

const NS_PER_MS = 1e6;
const THREE_NUMBERS = /^(\d{1,20}) (\d{1,20}) (\d{1,20})$/;

/** `/proc/PID/task/TID/schedstat`; `0 0 0` where the kernel does not count. */
export function decodeProcSchedstat(bytes: Uint8Array): Decoded<ProcSchedstat> {
  const text = decodeText(bytes).trimEnd();
  const [, run, wait, runs] = THREE_NUMBERS.exec(text) ?? [];
  if (run === undefined || wait === undefined || runs === undefined) {
    return problem('/proc/PID/task/TID/schedstat', 0, 'three numbers', quoteInput(text));
  }
  // Above 2^53 ns, 104 days, a double is exact to some nanoseconds: enough for milliseconds.
  return decoded({ runMs: Number(run) / NS_PER_MS, waitMs: Number(wait) / NS_PER_MS, runs: Number(runs) });
}

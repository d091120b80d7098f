import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, parseWhole } from './text.ts';

/** The part of /proc/PID/stat or /proc/PID/task/TID/stat that is used, see proc_pid_stat(5). */
export interface ProcStat {
  readonly pid: number;
  /** `comm`, unescaped: whatever the process wrote there. */
  readonly name: string;
  /** One letter: R, S, D, T, t, Z, X, I, … */
  readonly state: string;
  readonly parentPid: number;
  /** Time on a processor in its own code and in the kernel, in whole clock ticks (10 ms): of all threads, or of one. */
  readonly userTimeMs: number;
  readonly systemTimeMs: number;
  /** More than 0 for a dead thread-group leader (state Z) whose threads live on. */
  readonly threads: number;
  /** Start on CLOCK_BOOTTIME, in whole clock ticks (10 ms). */
  readonly startedBootMs: number;
  /** The processor on which it last ran. */
  readonly processor: number;
}

/** USER_HZ is 100 on every architecture that Node runs on: /proc counts in ticks of 10 ms whatever CONFIG_HZ is. */
const TICK_MS = 10;

/** Indices after the name: fields 3, 4, 14, 15, 20, 22 and 39 of proc_pid_stat(5). */
const STATE = 0;
const PARENT_PID = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const THREADS = 17;
const START_TICKS = 19;
const PROCESSOR = 36;

/**
 * `/proc/PID/stat` of a process, `/proc/PID/task/TID/stat` of one thread. The name may hold spaces, parentheses and newlines, and no field after it holds a parenthesis: the
 * last one ends it.
 */
export function decodeProcStat(bytes: Uint8Array): Decoded<ProcStat> {
  const text = decodeText(bytes);
  const nameStart = text.indexOf(' (');
  const nameEnd = text.lastIndexOf(') ');
  if (nameStart === -1 || nameEnd < nameStart + 2) {
    return problem('/proc/PID/stat', 0, 'PID (NAME) and fields', quoteInput(text));
  }
  const fields = text
    .slice(nameEnd + 2)
    .trimEnd()
    .split(' ');
  const pid = parseWhole(text.slice(0, nameStart));
  const state = fields[STATE];
  const parentPid = parseWhole(fields[PARENT_PID]);
  const userTicks = parseWhole(fields[USER_TICKS]);
  const systemTicks = parseWhole(fields[SYSTEM_TICKS]);
  const threads = parseWhole(fields[THREADS]);
  const startTicks = parseWhole(fields[START_TICKS]);
  const processor = parseWhole(fields[PROCESSOR]);
  if (
    pid === null ||
    !state ||
    parentPid === null ||
    userTicks === null ||
    systemTicks === null ||
    threads === null ||
    startTicks === null ||
    processor === null
  ) {
    return problem('/proc/PID/stat', nameEnd + 2, 'the fields state to processor', quoteInput(fields.join(' ')));
  }
  const name = text.slice(nameStart + 2, nameEnd);
  return decoded({
    pid,
    name,
    state,
    parentPid,
    userTimeMs: userTicks * TICK_MS,
    systemTimeMs: systemTicks * TICK_MS,
    threads,
    startedBootMs: startTicks * TICK_MS,
    processor,
  });
}

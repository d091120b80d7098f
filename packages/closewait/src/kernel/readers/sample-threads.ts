import {
  decodeProcSched,
  decodeProcSchedstat,
  decodeProcStat,
  decodeProcSyscall,
  decodeWchan,
  type ProcSchedstat,
  type ProcStat,
  type ThreadCall,
} from '@closewait/core/codec';
import { type KernelSource, known, mapReading, type Reading, unknown } from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';

/** What one look saw of a thread. */
export interface ThreadSample {
  readonly tid: number;
  readonly stat: ProcStat;
  readonly call: Reading<ThreadCall>;
  readonly wchan: Reading<string | null>;
  readonly schedstat: Reading<ProcSchedstat>;
  /** On the clock of the processor on which it last ran. */
  readonly lastRanMs: Reading<number>;
}

/** The threads of one process, or of those that were chosen. */
export interface ThreadSamples {
  readonly samples: readonly ThreadSample[];
  /** All that there are. */
  readonly threadCount: number;
  /** Those that were not read because there are too many. */
  readonly leftOut: number;
}

/** Five files a thread, 60 µs: a process with 2,000 threads costs 60 ms. */
const MOST_THREADS = 1024;

/** Samples the threads of a process; of very many, evenly spread ones and always the first. */
export function sampleThreads(source: KernelSource, pid: number): Reading<ThreadSamples> {
  const names = source.readDirectory(`/proc/${pid}/task`);
  if (!names.known) return names;
  const tids = names.value.map(Number);
  const step = Math.max(1, tids.length / MOST_THREADS);
  const chosen = Array.from(
    { length: Math.min(tids.length, MOST_THREADS) },
    (_, index) => tids[Math.floor(index * step)],
  );
  const samples = chosen.flatMap((tid) => (tid === undefined ? [] : sampleThread(source, pid, tid)));
  return known({ samples, threadCount: tids.length, leftOut: tids.length - chosen.length });
}

/** Samples threads that were sampled before. */
export function sampleAgain(source: KernelSource, pid: number, tids: readonly number[]): readonly ThreadSample[] {
  return tids.flatMap((tid) => sampleThread(source, pid, tid));
}

/** None for a thread that has ended meanwhile. */
function sampleThread(source: KernelSource, pid: number, tid: number): readonly ThreadSample[] {
  const path = `/proc/${pid}/task/${tid}`;
  const stat = decodeFile(source, `${path}/stat`, decodeProcStat);
  if (!stat.known) return [];
  return [
    {
      tid,
      stat: stat.value,
      call: decodeFile(source, `${path}/syscall`, decodeProcSyscall),
      wchan: decodeFile(source, `${path}/wchan`, decodeWchan),
      schedstat: optional(decodeFile(source, `${path}/schedstat`, decodeProcSchedstat), 'CONFIG_SCHED_INFO'),
      lastRanMs: mapReading(
        optional(decodeFile(source, `${path}/sched`, decodeProcSched), 'CONFIG_SCHED_DEBUG'),
        ({ lastRanMs }) => lastRanMs,
      ),
    },
  ];
}

/** The thread was there a moment ago: a file that is not is one that the kernel was built without. */
function optional<T>(reading: Reading<T>, configuration: string): Reading<T> {
  return !reading.known && reading.why === 'gone'
    ? unknown('unsupported', `${reading.detail}: no ${configuration}`)
    : reading;
}

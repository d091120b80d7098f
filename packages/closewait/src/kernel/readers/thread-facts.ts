import {
  type CallArchitecture,
  decodeText,
  descriptorOfCall,
  type SystemCall,
  systemCallName,
  type ThreadCall,
} from '@closewait/core/codec';
import {
  type CallFacts,
  type KernelSource,
  known,
  type Reading,
  type ThreadDoing,
  type ThreadFacts,
  unknown,
} from '@closewait/core/facts';
import type { ThreadSample } from './sample-threads.ts';

const ONE_LOOK = unknown('not-asked', 'one look shows no motion');
const NO_DESCRIPTOR = unknown('not-asked', 'the call takes no descriptor first');
const NEVER_RAN = unknown('unsupported', 'it used no processor time in the window');

/** The time between two samples. */
export interface Window {
  /** What the first look saw of the thread. */
  readonly before: ThreadSample | undefined;
  readonly windowMs: number;
  /** Since the look from which all times count back. */
  readonly socketWindowMs: number;
}

/** What two samples of a thread, or one, tell. */
export class ThreadReader {
  readonly #source: KernelSource;
  readonly #clocks = new Map<number, Reading<number>>();
  readonly #architecture: CallArchitecture;

  constructor(source: KernelSource) {
    this.#source = source;
    this.#architecture = readArchitecture(source);
  }

  /** Reads the clocks of the processors on which the threads last ran; at once, so that they tell of this moment. */
  readClocks(samples: readonly ThreadSample[]): void {
    this.#clocks.clear();
    for (const { stat } of samples) this.#clockOf(stat.processor);
  }

  /** `window`: null where there was one look. */
  read(pid: number, now: ThreadSample, window: Window | null): ThreadFacts {
    const { tid, stat, wchan } = now;
    const { before, windowMs = 0 } = window ?? {};
    const pair = before === undefined ? null : { before, windowMs };
    return {
      tid,
      name: stat.name,
      state: stat.state,
      doing: this.#readDoing(pid, tid, now.call),
      wchan,
      busyShare: pair === null ? ONE_LOOK : busyShare(pair.before, now, pair.windowMs),
      systemShare: pair === null ? ONE_LOOK : systemShare(pair.before, now),
      steady: pair === null ? ONE_LOOK : isSteady(pair.before, now),
      idleMs: this.#idleMs(now, window?.socketWindowMs ?? 0),
    };
  }

  #readDoing(pid: number, tid: number, call: Reading<ThreadCall>): Reading<ThreadDoing> {
    if (!call.known || call.value.kind !== 'in-call') return call as Reading<ThreadDoing>;
    return known({ kind: 'in-call', call: this.#readCall(pid, tid, call.value.call) });
  }

  #readCall(pid: number, tid: number, call: SystemCall): CallFacts {
    const name = systemCallName(this.#architecture, call);
    const descriptor = descriptorOfCall(this.#architecture, call);
    const target =
      descriptor === null ? NO_DESCRIPTOR : this.#source.readLink(`/proc/${pid}/task/${tid}/fd/${descriptor}`);
    return { name, number: call.number, args: call.args, descriptor, target };
  }

  /** Before the first look, `sinceMs` ago. */
  #idleMs({ stat, lastRanMs }: ThreadSample, sinceMs: number): Reading<number> {
    if (!lastRanMs.known) return lastRanMs;
    const clock = this.#clockOf(stat.processor);
    return clock.known ? known(Math.max(0, Math.round(clock.value - lastRanMs.value - sinceMs))) : clock;
  }

  #clockOf(cpu: number): Reading<number> {
    const clock = this.#clocks.get(cpu) ?? this.#source.readSchedulerClock(cpu);
    this.#clocks.set(cpu, clock);
    return clock;
  }
}

/** Of the machine that was looked at, which need not be this one. The file is there since Linux 6.1. */
function readArchitecture(source: KernelSource): CallArchitecture {
  const machine = source.readFile('/proc/sys/kernel/arch');
  const isArm = machine.known ? decodeText(machine.value).startsWith('aarch64') : process.arch === 'arm64';
  return isArm ? 'arm64' : 'x64';
}

function isCounting({ schedstat }: ThreadSample): boolean {
  return schedstat.known && schedstat.value.runs > 0;
}

/** On a processor or ready for one: on a busy machine a thread that never sleeps gets only a part of the time. */
function busyShare(before: ThreadSample, now: ThreadSample, windowMs: number): Reading<number> {
  if (windowMs <= 0) return ONE_LOOK;
  if (isCounting(now) && now.schedstat.known && before.schedstat.known) {
    const [a, b] = [before.schedstat.value, now.schedstat.value];
    return known(Math.min(1, (b.runMs - a.runMs + b.waitMs - a.waitMs) / windowMs));
  }
  return known(Math.min(1, processorMs(before, now) / windowMs));
}

function processorMs({ stat: a }: ThreadSample, { stat: b }: ThreadSample): number {
  return b.userTimeMs - a.userTimeMs + b.systemTimeMs - a.systemTimeMs;
}

/** The kernel scales user and system time by ticks, so a few of them are needed before the share means something. */
function systemShare(before: ThreadSample, now: ThreadSample): Reading<number> {
  const total = processorMs(before, now);
  return total <= 0 ? NEVER_RAN : known((now.stat.systemTimeMs - before.stat.systemTimeMs) / total);
}

function isSteady(before: ThreadSample, now: ThreadSample): Reading<boolean> {
  if (!now.call.known) return now.call;
  if (!before.call.known) return before.call;
  const same = describe(before.call.value) === describe(now.call.value);
  const ran =
    before.schedstat.known && now.schedstat.known
      ? before.schedstat.value.runs !== now.schedstat.value.runs
      : processorMs(before, now) > 0;
  return known(same && !ran && now.call.value.kind !== 'running');
}

function describe(doing: ThreadCall): string {
  return doing.kind === 'in-call' ? `${doing.call.number} ${doing.call.args.join(' ')}` : doing.kind;
}

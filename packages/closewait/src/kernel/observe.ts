import {
  type CloseLook,
  type Facts,
  type Holder,
  type KernelSource,
  type LookTime,
  type NamespaceRef,
  type ProcessActivity,
  type ProcessFacts,
  type Reading,
  type Suspects,
  unknown,
} from '@closewait/core/facts';
import { type LookOptions, type TakenLook, takeLook } from './look.ts';
import { readActivity } from './readers/read-activity.ts';
import { type ComparedSockets, readAgain } from './readers/read-again.ts';
import { FreezerReader } from './readers/read-frozen.ts';
import { readHidden } from './readers/read-hidden.ts';
import { readHolders, type TableEntry } from './readers/read-holders.ts';
import { type InterestIndex, readInterests } from './readers/read-interests.ts';
import { readKeepers } from './readers/read-keepers.ts';
import { readProcess } from './readers/read-process.ts';
import { sampleAgain, sampleThreads, type ThreadSample, type ThreadSamples } from './readers/sample-threads.ts';
import { ThreadReader } from './readers/thread-facts.ts';

/** What a close look is for. */
export interface ObserveOptions extends LookOptions {
  /** Time between the two looks in milliseconds; 0: one look. */
  readonly windowMs: number;
  /** Says whom to look at closely; where there is nobody, one look is all. */
  readonly choose: (facts: Facts) => Suspects;
}

/** Threads of all suspects together: 60 µs each. */
const MOST_THREADS = 8192;

/**
 * Looks, and looks closely at what is suspicious: what its threads do, what its epoll instances watch, and what moves
 * between two looks. Sockets that are gone at the second look are left out, they were passing.
 *
 * @throws ClosewaitError `cannot-look`, as {@link look} does.
 */
export async function observe(source: KernelSource, options: ObserveOptions): Promise<Facts> {
  const first = await takeLook(source, options);
  const suspects = options.choose(first.facts);
  if (suspects.pids.size + suspects.hidden.size === 0) return first.facts;
  const { log, time } = first;
  const interest = log.time('epoll', () => readSuspectInterests(source, suspects, first));
  const others = await findOthers(source, suspects, first);
  const keepers = await readKeepers(source, suspects.hidden, first.facts);
  const sampled = source.beginLook();
  if (!isLater(sampled, time)) {
    log.missed('what threads do', unknown('not-asked', `${source.origin} does not hold it`));
    return first.facts;
  }
  const threads = new ThreadReader(source);
  const samples = log.time('threads', () => {
    const read = sampleSuspects(source, suspects, log);
    if (options.windowMs === 0) threads.readClocks([...read.values()].flatMap(({ samples: some }) => some));
    return read;
  });
  const second = await lookAgain(source, options, first, { time: sampled, samples, threads });
  return log.time('activity', combine);

  function combine(): Facts {
    const { facts, gathered, congested } = first;
    const windowMs = second === null ? null : second.windowMs;
    const freezer = new FreezerReader(source);
    const descriptors = descriptorsOf(suspects, gathered);
    const activities = new Map<number, ProcessActivity>();
    for (const [pid, before] of samples) {
      const process = facts.processes.get(pid);
      if (process === undefined) continue;
      const now = second?.samples.get(pid) ?? before.samples;
      const earlier = new Map(before.samples.map((sample) => [sample.tid, sample]));
      activities.set(
        pid,
        readActivity(source, freezer, {
          process,
          threads: now.map((sample) =>
            threads.read(pid, sample, second === null ? null : { ...second, before: earlier.get(sample.tid) }),
          ),
          threadCount: before.threadCount,
          epolls: interest.epolls.get(pid) ?? { known: true, value: [] },
          usesIoUring: (gathered.instances.get(pid)?.rings.length ?? 0) > 0,
          descriptors: descriptors.get(pid) ?? [],
          openLater: second === null ? ONE_LOOK : source.countDescriptors(pid),
        }),
      );
    }
    const compared = second?.compared ?? { sockets: facts.sockets, moved: new Set(), departed: [], arrived: [] };
    const closeLook: CloseLook = {
      windowMs,
      socketWindowMs: second === null ? null : second.socketWindowMs,
      activities,
      interests: interest.interests,
      moved: compared.moved,
      departed: compared.departed,
      arrived: compared.arrived,
      congested: congested.filter(({ inode }) => isHeldBy(facts.holders.get(inode), suspects)),
      hidden: readHidden(
        source,
        { inodes: suspects.hidden, ringsByPid: entriesOf(gathered.instances, 'rings'), others, keepers },
        log,
      ),
    };
    return {
      ...facts,
      sockets: compared.sockets,
      processes: withAncestors(source, facts.processes, suspects, time),
      closeLook,
    };
  }
}

const ONE_LOOK = unknown('not-asked', 'one look shows no growth');

/** Holders of sockets that are not TCP: what keeps a connection that no descriptor refers to may lie in one of them. */
async function findOthers(
  source: KernelSource,
  { hidden }: Suspects,
  { facts, gathered, pids, log }: TakenLook,
): Promise<ReadonlyMap<number, readonly Holder[]>> {
  if (hidden.size === 0) return new Map();
  if (gathered.others !== null) return gathered.others;
  const wanted = { inodes: new Set<number>(), exceptOthers: new Set(facts.holders.keys()) };
  return (await log.runAsync('descriptors', () => readHolders(source, pids, wanted, log))).others;
}

/** The same sockets once more, after a while. */
interface SecondLook {
  readonly windowMs: number;
  readonly socketWindowMs: number;
  readonly samples: ReadonlyMap<number, readonly ThreadSample[]>;
  readonly compared: ComparedSockets;
}

async function lookAgain(
  source: KernelSource,
  { windowMs, states }: ObserveOptions,
  { facts, log, time }: TakenLook,
  sampled: {
    readonly time: LookTime;
    readonly samples: ReadonlyMap<number, ThreadSamples>;
    readonly threads: ThreadReader;
  },
): Promise<SecondLook | null> {
  if (windowMs === 0) return null;
  await source.pause(windowMs);
  const again = source.beginLook();
  if (!isLater(again, sampled.time)) {
    log.missed('what moves between two looks', unknown('not-asked', `${source.origin} holds one look`));
    return null;
  }
  // Threads first: what a dump takes would count as time in which they were busy.
  const samples = log.time('threads again', () => {
    const read = resample(source, sampled.samples);
    sampled.threads.readClocks([...read.values()].flat());
    return read;
  });
  const stuck = new Set(facts.sockets.filter(({ state }) => state === 'CLOSE-WAIT').map(({ netns }) => netns));
  const namespaces: readonly NamespaceRef[] = facts.namespaces.filter(({ inode }) => stuck.has(inode));
  const compared = log.run('sock_diag again', () =>
    readAgain(source, namespaces, { before: facts.sockets, states }, log),
  );
  return {
    windowMs: again.bootMs - sampled.time.bootMs,
    socketWindowMs: compared.passedMs ?? again.bootMs - time.bootMs,
    samples,
    compared,
  };
}

function resample(
  source: KernelSource,
  samples: ReadonlyMap<number, ThreadSamples>,
): ReadonlyMap<number, readonly ThreadSample[]> {
  const again = new Map<number, readonly ThreadSample[]>();
  for (const [pid, before] of samples) {
    again.set(
      pid,
      sampleAgain(
        source,
        pid,
        before.samples.map(({ tid }) => tid),
      ),
    );
  }
  return again;
}

/** A recording that holds no such look answers with the beginning of time. */
function isLater(look: LookTime, than: LookTime): boolean {
  return look.bootMs >= than.bootMs;
}

function sampleSuspects(
  source: KernelSource,
  { pids }: Suspects,
  log: TakenLook['log'],
): ReadonlyMap<number, ThreadSamples> {
  const samples = new Map<number, ThreadSamples>();
  let threads = 0;
  for (const pid of pids) {
    if (threads >= MOST_THREADS) {
      log.missed(`threads of ${pids.size - samples.size} processes`, unknown('not-asked', `${MOST_THREADS} were read`));
      break;
    }
    const read: Reading<ThreadSamples> = sampleThreads(source, pid);
    if (!read.known) {
      if (read.why !== 'gone') log.missed(`threads of process ${pid}`, read);
      continue;
    }
    const { samples: some, threadCount, leftOut } = read.value;
    threads += some.length;
    samples.set(pid, read.value);
    if (leftOut > 0) {
      const why = unknown('not-asked', `${threadCount - leftOut}, evenly spread, were read`);
      log.missed(`${leftOut} of ${threadCount} threads of process ${pid}`, why);
    }
  }
  return samples;
}

function readSuspectInterests(
  source: KernelSource,
  { pids, inodes }: Suspects,
  { facts, gathered, log }: TakenLook,
): InterestIndex {
  const listeners = new Set(facts.listeners.map(({ inode }) => inode));
  const entries = entriesOf(gathered.instances, 'epolls');
  const ofSuspects = new Map([...entries].filter(([pid]) => pids.has(pid)));
  const isWanted = (inode: number): boolean => inodes.has(inode) || listeners.has(inode);
  return readInterests(source, ofSuspects, { isWanted, holders: facts.holders }, log);
}

function entriesOf(
  instances: TakenLook['gathered']['instances'],
  kind: 'epolls' | 'rings',
): ReadonlyMap<number, readonly TableEntry[]> {
  return new Map([...instances].map(([pid, found]) => [pid, found[kind]]));
}

/** Descriptors of the suspects' sockets by pid; those that several processes hold come first, there the flag tells most. */
function descriptorsOf(
  { inodes }: Suspects,
  { samples }: TakenLook['gathered'],
): ReadonlyMap<number, readonly TableEntry[]> {
  return new Map(
    [...samples].map(([pid, { shared, own }]) => [pid, [...shared, ...own].filter(({ inode }) => inodes.has(inode))]),
  );
}

function isHeldBy(holders: readonly { readonly pid: number }[] | undefined, { pids }: Suspects): boolean {
  return holders?.some(({ pid }) => pids.has(pid)) ?? false;
}

const MOST_GENERATIONS = 8;

/** Who started the suspects, as far up as it can be read; process 1 is everybody's. */
function withAncestors(
  source: KernelSource,
  processes: ReadonlyMap<number, ProcessFacts>,
  { pids }: Suspects,
  time: TakenLook['time'],
): ReadonlyMap<number, ProcessFacts> {
  const all = new Map(processes);
  for (const pid of pids) {
    let child = all.get(pid);
    for (let up = 0; up < MOST_GENERATIONS && child?.parentPid.known === true && child.parentPid.value > 1; up++) {
      const parent: ProcessFacts =
        all.get(child.parentPid.value) ?? readProcess(source, child.parentPid.value, undefined, time);
      if (!parent.name.known) break;
      all.set(parent.pid, parent);
      child = parent;
    }
  }
  return all;
}

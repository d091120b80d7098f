import {
  containerOfCgroup,
  type Decoded,
  decodeCgroupPath,
  decodeCommandLine,
  decodeOpenFilesLimit,
  decodeProcStat,
  decodeProcStatus,
  describeProblem,
  unitOfCgroup,
} from '@closewait/core/codec';
import {
  type KernelSource,
  known,
  type LookTime,
  mapReading,
  type ProcessFacts,
  type Reading,
  unknown,
} from '@closewait/core/facts';

/** Reads what a report says of one process; a process that ended meanwhile gives `gone` readings. */
export function readProcess(source: KernelSource, pid: number, open: number | undefined, time: LookTime): ProcessFacts {
  const path = `/proc/${pid}`;
  const stat = decodeFile(source, `${path}/stat`, decodeProcStat);
  const status = decodeFile(source, `${path}/status`, decodeProcStatus);
  const limit = decodeFile(source, `${path}/limits`, decodeOpenFilesLimit);
  const cgroup = decodeFile(source, `${path}/cgroup`, decodeCgroupPath);
  return {
    pid,
    name: mapReading(stat, ({ name }) => name),
    exe: source.readLink(`${path}/exe`),
    commandLine: mapReading(source.readFile(`${path}/cmdline`), decodeCommandLine),
    uid: mapReading(status, ({ effectiveUid }) => effectiveUid),
    parentPid: mapReading(stat, ({ parentPid }) => parentPid),
    state: mapReading(stat, ({ state }) => state),
    threads: mapReading(stat, ({ threads }) => threads),
    startedAtMs: mapReading(stat, ({ startedBootMs }) => startTime(startedBootMs, time)),
    cgroup,
    unit: mapReading(cgroup, unitOfCgroup),
    container: mapReading(cgroup, containerOfCgroup),
    netns: source.readInode(`${path}/ns/net`),
    descriptors:
      open === undefined
        ? unknown('not-asked', `descriptor table of ${pid}`)
        : mapReading(limit, ({ soft, hard }) => ({ open, softLimit: soft, hardLimit: hard })),
  };
}

/** The kernel counts start times since boot in ticks of 10 ms; cut to the tick, the result is the same in every look. */
function startTime(startedBootMs: number, { epochMs, bootMs }: LookTime): number {
  return Math.round((epochMs - bootMs) / 10) * 10 + startedBootMs;
}

function decodeFile<T>(source: KernelSource, path: string, decode: (bytes: Uint8Array) => Decoded<T>): Reading<T> {
  const bytes = source.readFile(path);
  if (!bytes.known) return bytes;
  const value = decode(bytes.value);
  return value.ok ? known(value.value) : unknown('garbled', `${path}: ${describeProblem(value.problem)}`);
}

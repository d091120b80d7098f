import {
  containerOfCgroup,
  decodeCgroupPath,
  decodeCommandLine,
  decodeOpenFilesLimit,
  decodeProcStat,
  decodeProcStatus,
  unitOfCgroup,
} from '@closewait/core/codec';
import { type KernelSource, type LookTime, mapReading, type ProcessFacts, unknown } from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';
import { readNetwork } from './read-network.ts';

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
    netns: readNetwork(source, pid).inode,
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

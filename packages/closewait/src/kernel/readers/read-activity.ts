import { decodeFdInfo, decodeMappedFiles, runtimeOf } from '@closewait/core/codec';
import {
  type EpollFacts,
  type KernelSource,
  known,
  mapReading,
  type ProcessActivity,
  type ProcessFacts,
  type Reading,
  type RuntimeName,
  type ThreadFacts,
} from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';
import type { FreezerReader } from './read-frozen.ts';
import type { TableEntry } from './read-holders.ts';

/** What is known of a process before its activity is put together. */
export interface ActivityParts {
  readonly process: ProcessFacts;
  readonly threads: readonly ThreadFacts[];
  readonly threadCount: number;
  readonly epolls: Reading<readonly EpollFacts[]>;
  readonly usesIoUring: boolean;
  /** Descriptors of stuck connections, a sample: 12 µs each. */
  readonly descriptors: readonly TableEntry[];
  readonly openLater: Reading<number>;
}

export function readActivity(source: KernelSource, freezer: FreezerReader, parts: ActivityParts): ProcessActivity {
  const { pid } = parts.process;
  return {
    pid,
    threads: parts.threads,
    threadCount: parts.threadCount,
    runtime: readRuntime(source, parts.process),
    frozen: freezer.isFrozen(pid),
    epolls: parts.epolls,
    usesIoUring: known(parts.usesIoUring),
    closeOnExec: readCloseOnExec(source, pid, parts.descriptors),
    openLater: parts.openLater,
  };
}

/** The names of mapped files are asked for only where the program's name tells nothing: maps of a JVM are megabytes. */
function readRuntime(source: KernelSource, { pid, exe }: ProcessFacts): Reading<RuntimeName | null> {
  const program = exe.known ? exe.value : null;
  const own = runtimeOf(program, []).runtime;
  if (own !== null) return known(own);
  const mapped = decodeFile(source, `/proc/${pid}/maps`, decodeMappedFiles);
  return mapReading(mapped, ({ paths }) => runtimeOf(program, paths).runtime);
}

function readCloseOnExec(
  source: KernelSource,
  pid: number,
  descriptors: ActivityParts['descriptors'],
): ReadonlyMap<number, boolean> {
  const flags = new Map<number, boolean>();
  for (const { tid, fd } of descriptors) {
    const info = decodeFile(source, `/proc/${pid}/task/${tid}/fdinfo/${fd}`, decodeFdInfo);
    if (info.known) flags.set(fd, info.value.closeOnExec);
  }
  return flags;
}

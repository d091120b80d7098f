import { type CallArchitecture, decodeProcStat, descriptorOfCall, systemCallName } from '@closewait/core/codec';
import {
  type KernelSource,
  known,
  mapReading,
  type ObservedProcess,
  type Reading,
  type ThreadCallFacts,
} from '@closewait/core/facts';
import { decodeFile } from '../readers/decode-file.ts';
import { sampleThreads, type ThreadSample } from '../readers/sample-threads.ts';

/** What these processes hold and what their threads do, now. Those that are gone are left out. */
export function readProcesses(
  source: KernelSource,
  pids: Iterable<number>,
  architecture: CallArchitecture,
): readonly ObservedProcess[] {
  return [...pids].flatMap((pid) => {
    const stat = decodeFile(source, `/proc/${pid}/stat`, decodeProcStat);
    if (!stat.known || stat.value.state === 'Z') return [];
    const threads = sampleThreads(source, pid);
    return [
      {
        pid,
        comm: stat.value.name,
        parentPid: stat.value.parentPid,
        descriptors: readDescriptors(source, pid),
        threads: threads.known ? threads.value.samples.map((sample) => tell(sample, architecture)) : [],
      },
    ];
  });
}

function readDescriptors(source: KernelSource, pid: number): ObservedProcess['descriptors'] {
  return mapReading(source.readDirectory(`/proc/${pid}/fd`), (names) =>
    names.flatMap((fd) => {
      const target = source.readLink(`/proc/${pid}/fd/${fd}`);
      return target.known ? [{ fd: Number(fd), target: target.value }] : [];
    }),
  );
}

function tell({ tid, stat, call }: ThreadSample, architecture: CallArchitecture): ThreadCallFacts {
  return { tid, name: stat.name, state: stat.state, doing: tellCall(call, architecture) };
}

function tellCall(call: ThreadSample['call'], architecture: CallArchitecture): ThreadCallFacts['doing'] {
  if (!call.known) return call;
  if (call.value.kind !== 'in-call') return known({ kind: call.value.kind });
  const { call: made } = call.value;
  return known({
    kind: 'in-call',
    name: systemCallName(architecture, made),
    number: made.number,
    args: made.args,
    fd: descriptorOfCall(architecture, made),
  });
}

/** The inode of the socket behind a descriptor; null for anything else. */
export function socketInodeOf(target: Reading<string>): number | null {
  const inode = target.known ? /^socket:\[(?<inode>\d+)\]$/.exec(target.value)?.groups?.['inode'] : undefined;
  return inode === undefined ? null : Number(inode);
}

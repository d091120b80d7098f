import type { KernelSource, Reading } from '@closewait/core/facts';

/** Where a process's network namespace is, and which. */
interface Network {
  readonly path: string;
  readonly inode: Reading<number>;
}

/**
 * The network namespace of a process. A first thread that has ended while others live on has none any more
 * (exit_task_namespaces, kernel/nsproxy.c): the first thread that has one speaks for it.
 */
export function readNetwork(source: KernelSource, pid: number): Network {
  const path = `/proc/${pid}/ns/net`;
  const inode = source.readInode(path);
  if (inode.known || inode.why !== 'gone') return { path, inode };
  const tids = source.readDirectory(`/proc/${pid}/task`);
  for (const tid of tids.known ? tids.value : []) {
    const ofThread = `/proc/${pid}/task/${tid}/ns/net`;
    const other = Number(tid) === pid ? inode : source.readInode(ofThread);
    if (other.known) return { path: ofThread, inode: other };
  }
  return { path, inode };
}

import { decodeMountinfo, namespaceMounts } from '@closewait/core/codec';
import { type KernelSource, type NamespaceRef, type Unknown, unknown } from '@closewait/core/facts';
import { type LookLog, Refusals } from './look-log.ts';
import { readNetwork } from './read-network.ts';

/** How the own network namespace is reached. */
export const OWN_NAMESPACE = '/proc/self/ns/net';

/** The network namespaces of the machine, the own one first. */
export interface NamespaceList {
  readonly namespaces: readonly NamespaceRef[];
  readonly problem?: Unknown;
}

/**
 * Every network namespace that a process of this pid namespace runs in, or that is bind-mounted (`ip netns add`,
 * container runtimes). One that only an open descriptor keeps is not found, and
 * one that only a thread beside the first one has entered.
 */
export function readNamespaces(source: KernelSource, pids: readonly number[], log: LookLog): NamespaceList {
  const own = source.readInode(OWN_NAMESPACE);
  if (!own.known) return { namespaces: [], problem: own };
  const pathOf = new Map<number, string>([[own.value, OWN_NAMESPACE]]);
  const refusals = new Refusals();
  for (const pid of pids) {
    const { path, inode } = readNetwork(source, pid);
    if (!inode.known) refusals.add(inode);
    else if (!pathOf.has(inode.value)) pathOf.set(inode.value, path);
  }
  refusals.report(log, 'network namespaces');
  for (const [inode, path] of readMountedNamespaces(source, log)) {
    // A name under /run/netns outlives the process, and tells more.
    if (inode !== own.value) pathOf.set(inode, path);
  }
  return { namespaces: [...pathOf].map(([inode, path]) => ({ inode, path })) };
}

/** The own network namespace alone. */
export function readOwnNamespace(source: KernelSource): NamespaceList {
  const own = source.readInode(OWN_NAMESPACE);
  return own.known ? { namespaces: [{ inode: own.value, path: OWN_NAMESPACE }] } : { namespaces: [], problem: own };
}

function readMountedNamespaces(source: KernelSource, log: LookLog): readonly (readonly [number, string])[] {
  const bytes = source.readFile('/proc/self/mountinfo');
  const mounts = bytes.known ? decodeMountinfo(bytes.value) : undefined;
  if (mounts?.ok === true) return namespaceMounts(mounts.value).map(({ inode, path }) => [inode, path] as const);
  const problem = bytes.known ? unknown('garbled', '/proc/self/mountinfo cannot be decoded') : bytes;
  log.missed('network namespaces that are mounted and have no process', problem);
  return [];
}

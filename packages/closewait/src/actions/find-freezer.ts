import { decodeCgroupPath, decodeFreezerPath, decodeMountinfo } from '@closewait/core/codec';
import type { KernelSource } from '@closewait/core/facts';

/** The file that freezes a cgroup, and what thaws it. */
export interface Freezer {
  readonly file: string;
  readonly thaws: string;
  /** As a person names it. */
  readonly cgroup: string;
}

/**
 * The freezer of the cgroup that a process is in, of version 1 or 2, where it is that one that is frozen. Null: it is not, or it
 * cannot be seen here; a cgroup above it may be.
 */
export function findFreezer(source: KernelSource, pid: number): Freezer | null {
  const mounts = read(source, '/proc/self/mountinfo', decodeMountinfo) ?? [];
  const v1 = mounts.find(({ fileSystem, superOptions }) => fileSystem === 'cgroup' && superOptions.includes('freezer'));
  const v2 = mounts.find(({ fileSystem }) => fileSystem === 'cgroup2');
  const oldPath = read(source, `/proc/${pid}/cgroup`, decodeFreezerPath);
  if (v1 !== undefined && oldPath !== null && oldPath !== '/') {
    const file = `${v1.mountPoint}${oldPath}/freezer.state`;
    if (textOf(source, file) === 'FROZEN') return { file, thaws: 'THAWED', cgroup: oldPath };
  }
  const path = read(source, `/proc/${pid}/cgroup`, unifiedPath);
  if (v2 === undefined || path === null || path === '/') return null;
  const file = `${v2.mountPoint}${path}/cgroup.freeze`;
  return textOf(source, file) === '1' ? { file, thaws: '0', cgroup: path } : null;
}

function read<T>(
  source: KernelSource,
  path: string,
  decode: (bytes: Uint8Array) => { readonly ok: true; readonly value: T } | { readonly ok: false },
): T | null {
  const bytes = source.readFile(path);
  const decoded = bytes.known ? decode(bytes.value) : null;
  return decoded?.ok === true ? decoded.value : null;
}

/** The line of version 2 alone, whichever others there are (cgroups(7)). */
function unifiedPath(bytes: Uint8Array): ReturnType<typeof decodeCgroupPath> | { readonly ok: false } {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const unified = lines.find((line) => line.startsWith('0::'));
  return unified === undefined ? { ok: false } : decodeCgroupPath(Buffer.from(unified));
}

function textOf(source: KernelSource, path: string): string {
  const bytes = source.readFile(path);
  return bytes.known ? Buffer.from(bytes.value).toString('utf8').trim() : '';
}

import type { Reading } from './reading.ts';

/** One descriptor that refers to a socket. `tid` differs from `pid` where only that thread's table has it. */
export interface Holder {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

/** Who holds which socket, by its inode. */
export interface HolderMap extends ReadonlyMap<number, readonly Holder[]> {
  /** The process of the only holder; 0 where there are several or none. Not there where `get` is as quick. */
  readonly onlyPidOf?: (inode: number) => number;
  /** The descriptor of the only holder. */
  readonly onlyFdOf?: (inode: number) => number;
}

/** Open descriptors of a process against its limit. */
export interface DescriptorUse {
  readonly open: number;
  /** Soft RLIMIT_NOFILE; `Infinity` for unlimited. */
  readonly softLimit: number;
  /** Hard RLIMIT_NOFILE: how far the soft one may be raised without CAP_SYS_RESOURCE. */
  readonly hardLimit: number;
}

/** What runs a container, by the shape of its cgroup path. */
export type ContainerRuntime = 'docker' | 'containerd' | 'cri-o' | 'podman';

/** A container as a cgroup path names it. */
export interface ContainerId {
  readonly runtime: ContainerRuntime;
  /** 64 hexadecimal digits. */
  readonly id: string;
}

/** A process, read once per look. Its text comes from the process itself and is hostile. */
export interface ProcessFacts {
  readonly pid: number;
  /** `comm`: at most 15 bytes, whatever the process wrote there. */
  readonly name: Reading<string>;
  readonly exe: Reading<string>;
  readonly commandLine: Reading<readonly string[]>;
  readonly uid: Reading<number>;
  readonly parentPid: Reading<number>;
  /** Of the first thread, one letter of proc(5): `R`, `S`, `D`, `T` stopped by a signal, `t` by a debugger, `Z` ended. */
  readonly state: Reading<string>;
  readonly threads: Reading<number>;
  /** Milliseconds since the epoch, exact to one clock tick (10 ms). With the pid it identifies a process. */
  readonly startedAtMs: Reading<number>;
  /** Path in the v2 hierarchy, or of name=systemd in v1. */
  readonly cgroup: Reading<string>;
  /** systemd unit, null where it is in none. */
  readonly unit: Reading<string | null>;
  readonly container: Reading<ContainerId | null>;
  /** Inode number of its network namespace. */
  readonly netns: Reading<number>;
  readonly descriptors: Reading<DescriptorUse>;
}

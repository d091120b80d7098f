import type { TcpState } from '../tcp/index.ts';
import type { Holder } from './process.ts';
import type { Reading } from './reading.ts';

/** A network namespace and a path through which it can be entered. */
export interface NamespaceRef {
  /** Inode number on nsfs: the identity of the namespace. */
  readonly inode: number;
  /** For example `/proc/812/ns/net` or `/run/netns/blue`. */
  readonly path: string;
}

/** Extensions of an inet_diag dump that cost time: INET_DIAG_INFO and INET_DIAG_SKMEMINFO of linux/inet_diag.h. */
export type DumpExtension = 'info' | 'memory';

/** Which TCP sockets to dump. */
export interface DumpRequest {
  /** `any`: both in one pass over the kernel's tables. An `ipv6` dump holds the IPv4-mapped ones. */
  readonly family: 'any' | 'ipv4' | 'ipv6';
  readonly states: readonly TcpState[];
  readonly extensions: readonly DumpExtension[];
  /** Default: all. What the kernel leaves out is not copied. */
  readonly localPort?: number;
}

/** A thread whose descriptor table is meant. */
export interface TableRef {
  readonly pid: number;
  readonly tid: number;
}

/** A descriptor table, as parallel columns: hosts have millions of rows. */
export interface DescriptorTable {
  /** How many descriptors are open, sockets or not. */
  readonly open: number;
  /** Descriptor numbers of the sockets. */
  readonly fds: Int32Array;
  /** Inode numbers of the same sockets. sockfs numbers are 32-bit (get_next_ino, fs/inode.c). */
  readonly inodes: Uint32Array;
  /** Descriptor numbers of epoll instances, and of io_urings. */
  readonly epolls: Int32Array;
  readonly rings: Int32Array;
}

/** Which descriptors to list: those that refer to TCP sockets in some states. */
export interface HeldRequest {
  /** CLOSED: sockets that the kernel has closed, or that were never connected, and a process still holds. */
  readonly states: readonly TcpState[];
  /** Also sockets in ESTABLISHED whose peer does not take what was sent: the persist timer runs. */
  readonly congested: boolean;
  /** Also descriptors of epoll instances and io_urings. */
  readonly instances: boolean;
}

/** Files of /proc/net that are read: how many sockets of each protocol are in use, of IPv4 and of IPv6. */
export type NetworkFile = 'sockstat' | 'sockstat6';

/** When a look began. */
export interface LookTime {
  /** Milliseconds since the epoch. */
  readonly epochMs: number;
  /** Milliseconds since boot, CLOCK_BOOTTIME: the clock of process start times. */
  readonly bootMs: number;
}

/** What a reader has read, and how long that took. */
export interface Timed<T> {
  readonly value: T;
  readonly ms: number;
}

/**
 * Everything that closewait asks a kernel: the live one, a recording of one, or a live one that is being recorded.
 * Answers are raw (bytes, names); the readers above it decode them, so that a recording replays the decoding too.
 */
export interface KernelSource {
  /** Where the answers come from, for messages: `this host`, or a recording's file name. */
  readonly origin: string;
  /**
   * Starts a look. The clock is read here and nowhere else. A recording keeps the answers of each look apart: what is
   * asked after the second call is answered with what was answered then.
   */
  beginLook(): LookTime;
  /** Lets time pass between two looks; a recording does not wait. Milliseconds. */
  pause(ms: number): Promise<void>;
  /** The datagrams of one sock_diag dump, copied out of the receive buffer. Needs no privilege in its own namespace, CAP_SYS_ADMIN for others. */
  dumpSockets(namespace: NamespaceRef, request: DumpRequest): Reading<readonly Uint8Array[]>;
  /** A whole file below /proc or /sys. */
  readFile(path: string): Reading<Uint8Array>;
  /** A file of /proc/net as it is in a network namespace. Needs CAP_SYS_ADMIN for another one than the own. */
  readNetworkFile(namespace: NamespaceRef, name: NetworkFile): Reading<Uint8Array>;
  readDirectory(path: string): Reading<readonly string[]>;
  readLink(path: string): Reading<string>;
  /** Inode number of what a path leads to, for namespaces. */
  readInode(path: string): Reading<number>;
  /** The descriptor tables of some threads, in the same order. Needs the owner's uid or CAP_SYS_PTRACE for each. */
  readDescriptors(tables: readonly TableRef[]): Promise<readonly Reading<DescriptorTable>[]>;
  /**
   * The descriptors of all processes that refer to such sockets, each with its socket: records of core/codec's
   * HeldRecords, whole ones in each chunk. `onChunk` gets each one as it comes, also of a listing that fails in the end.
   * The kernel walks on a thread of its own while the caller goes on. Needs CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN),
   * the initial pid namespace and a kernel with BTF: `denied` or `unsupported` otherwise, once and for all, and descriptor
   * tables tell the same more slowly.
   */
  listHeld(request: HeldRequest, onChunk?: (chunk: Uint8Array) => void): Promise<Reading<readonly Uint8Array[]>>;
  /**
   * What keeps the TCP sockets of one namespace in the given states, whoever holds them: records of core/codec's
   * SocketUses. Walks every TCP socket of the namespace. Needs what `listHeld` needs, and CAP_SYS_ADMIN for another
   * namespace than the own one.
   */
  listSocketUses(namespace: NamespaceRef, states: readonly TcpState[]): Promise<Reading<readonly Uint8Array[]>>;
  /** Whether two threads share one descriptor table, by kcmp(2). */
  shareDescriptors(tidA: number, tidB: number): Reading<boolean>;
  /** How many descriptors a process has open: the size of /proc/PID/fd, which Linux tells since 6.2. */
  countDescriptors(pid: number): Reading<number>;
  /**
   * The scheduler's clock of one processor now, in milliseconds: the clock of `se.exec_start` in /proc/PID/sched. Each
   * processor has its own, because time that interrupts and hypervisors take is left out. Needs to be allowed to run there.
   */
  readSchedulerClock(cpu: number): Reading<number>;
  /** `system.sockprotoname` of a socket's descriptor: `TCP`, `TCPv6`, `UNIX`, … */
  readSocketProtocol(holder: Holder): Reading<string>;
  /** `struct tcp_info` of a socket through a short-lived copy of the descriptor (pidfd_getfd). Needs CAP_SYS_PTRACE. */
  readTcpInfo(holder: Holder, inode: number): Reading<Uint8Array>;
  /** Runs `work` as the reader `name` and says how long it took; a recording answers with the recorded time. */
  timed<T>(name: string, work: () => T): Timed<T>;
  /** The same for a reader that waits. */
  timedAsync<T>(name: string, work: () => Promise<T>): Promise<Timed<T>>;
  close(): void;
}

import type { TcpState } from '../tcp/index.ts';
import type { CloseLook } from './activity.ts';
import type { Holder, HolderMap, ProcessFacts } from './process.ts';
import type { Reading, Unknown } from './reading.ts';
import type { SocketFacts, TcpInfo } from './socket.ts';

/** The machine that was looked at. */
export interface HostFacts {
  readonly name: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** /proc/sys/kernel/random/boot_id: pids, cookies and inodes are only unique within one boot. */
  readonly bootId: string;
}

/** How one reader fared. `problem` set and `ok` false: nothing was read; the report says so. */
export interface ReaderOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly problem?: Unknown;
}

/** Something that exists, or may exist, and could not be looked at. */
export interface Unseen {
  /** A noun phrase: `descriptor tables of 12 processes`, `namespace /run/netns/blue`. */
  readonly what: string;
  readonly problem: Unknown;
}

/** One network namespace and what became of its look. */
export interface NamespaceFacts {
  readonly inode: number;
  readonly path: string;
  readonly sockets: Reading<number>;
}

/** A TCP socket that the kernel has closed and a process still holds: no longer in sock_diag. */
export interface ClosedSocket {
  readonly inode: number;
  readonly holders: readonly Holder[];
  readonly protocol: 'TCP' | 'TCPv6';
  /** State CLOSED and bytes exchanged: was connected. Not known: may as well never have been connected. */
  readonly info: Reading<TcpInfo>;
}

/** Everything that one look learned: the input of the diagnosis. */
export interface Facts {
  readonly takenAtMs: number;
  readonly host: HostFacts;
  readonly namespaces: readonly NamespaceFacts[];
  /** All TCP sockets that were seen, by state; null where only some states were asked for. */
  readonly countByState: Readonly<Partial<Record<TcpState, number>>> | null;
  /** The sockets of the states that were asked for. */
  readonly sockets: readonly SocketFacts[];
  readonly listeners: readonly SocketFacts[];
  /** By socket inode. A socket without an entry has no holder that was seen. */
  readonly holders: HolderMap;
  /** By pid; every process named in `holders` and `closed`, and the ancestors of those that were looked at closely. */
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  readonly closed: readonly ClosedSocket[];
  /** What threads do and what epoll instances watch; null where nobody asked, or nothing was suspicious. */
  readonly closeLook: CloseLook | null;
  readonly readers: readonly ReaderOutcome[];
  readonly unseen: readonly Unseen[];
}

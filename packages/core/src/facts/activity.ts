import type { NumberSet } from './number-set.ts';
import type { Reading } from './reading.ts';
import type { SocketFacts } from './socket.ts';

/** A system call that a thread was in. */
export interface CallFacts {
  /** Null where the table has no name for the number, and for 32-bit programs. */
  readonly name: string | null;
  readonly number: number;
  /** The six argument registers, whole. */
  readonly args: readonly bigint[];
  /** The first argument where the call takes a descriptor there; null where it takes none, or it is not known. */
  readonly descriptor: number | null;
  /** What that descriptor leads to: `socket:[4711]`, `pipe:[8]`, a path; not asked where there is no descriptor. */
  readonly target: Reading<string>;
}

/** What a thread was doing, see ThreadCall of core/codec. */
export type ThreadDoing =
  | { readonly kind: 'running' }
  | { readonly kind: 'blocked-outside' }
  | { readonly kind: 'kernel-worker' }
  | { readonly kind: 'in-call'; readonly call: CallFacts };

/** One thread, as the last look saw it. */
export interface ThreadFacts {
  readonly tid: number;
  readonly name: string;
  /** One letter of proc(5), see ProcessFacts.state. */
  readonly state: string;
  readonly doing: Reading<ThreadDoing>;
  /** Kernel function in which it waits; null where the kernel names none, which proves nothing. */
  readonly wchan: Reading<string | null>;
  /** Part of the window on a processor or ready for one, 0 to 1. Not asked with one look. */
  readonly busyShare: Reading<number>;
  /** Part of its processor time in the window that was spent inside the kernel, 0 to 1; not known where it had none. */
  readonly systemShare: Reading<number>;
  /** Whether both looks saw it in the same call with the same arguments and it did not run between them. */
  readonly steady: Reading<boolean>;
  /**
   * How long it had not run at the first look, from which all times count back; 0 where it has run since. To some
   * percent: the scheduler's clock leaves out interrupts and stolen time.
   */
  readonly idleMs: Reading<number>;
}

/** What a mask of epoll_ctl(2) asks for. ERR and HUP are always reported, asked for or not. */
export interface EventInterest {
  /** EPOLLIN or EPOLLRDNORM: data or a FIN. */
  readonly in: boolean;
  /** EPOLLOUT or EPOLLWRNORM. */
  readonly out: boolean;
  /** EPOLLRDHUP: a FIN. */
  readonly rdhup: boolean;
  /** EPOLLET: reported when it changes, not while it lasts. */
  readonly et: boolean;
  /** EPOLLONESHOT: reported once, then not before it is armed again. */
  readonly oneshot: boolean;
  /** ONESHOT has reported and is not armed again: nothing is reported now, not even ERR or HUP. */
  readonly fired: boolean;
}

/** One watch of an epoll instance on a socket that matters here. */
export interface Interest {
  /** The process and thread in whose table the instance was found, and its descriptor. */
  readonly pid: number;
  readonly tid: number;
  readonly epollFd: number;
  /** The mask as the kernel has it. */
  readonly mask: number;
  readonly events: EventInterest;
}

/** An epoll instance of a process. */
export interface EpollFacts {
  readonly tid: number;
  readonly fd: number;
  /** How many files it watches, of any kind. */
  readonly watches: number;
}

/** What executes a program's code, by the names of its files: never more than a hint. */
export type RuntimeName = 'node' | 'go' | 'jvm' | 'python' | 'dotnet' | 'php' | 'ruby' | 'beam' | 'nginx' | 'haproxy';

/** What a process that has stuck connections was doing. */
export interface ProcessActivity {
  readonly pid: number;
  /** Of the threads that were looked at; `threadCount` says how many there are. */
  readonly threads: readonly ThreadFacts[];
  readonly threadCount: number;
  /** Null: no known name. */
  readonly runtime: Reading<RuntimeName | null>;
  /** Whether its cgroup, of version 1 or 2, is frozen. */
  readonly frozen: Reading<boolean>;
  readonly epolls: Reading<readonly EpollFacts[]>;
  /** Whether it has an io_uring, whose requests cannot be seen from outside. */
  readonly usesIoUring: Reading<boolean>;
  /** Whether exec closes a descriptor, by its number; of those that were asked. */
  readonly closeOnExec: ReadonlyMap<number, boolean>;
  /** Open descriptors at the second look; not asked with one. */
  readonly openLater: Reading<number>;
}

/** Where a socket without a descriptor was found, or may be. */
export interface HiddenPlaces {
  /** By inode: the rings (io_uring) where it is registered. */
  readonly registered: ReadonlyMap<number, readonly { readonly pid: number; readonly fd: number }[]>;
  /** Unix sockets in whose queue descriptors lie (SCM_RIGHTS); whose they are the kernel does not say. */
  readonly inFlight: readonly { readonly pid: number; readonly fd: number; readonly count: number }[];
  /** By inode, where BPF tells: the kernel itself (NFS, SMB, …), or a file that somebody has open in whatever way. */
  readonly keepers: Reading<ReadonlyMap<number, 'kernel' | 'file'>>;
}

/** What the second stage of a look learned about the processes and sockets that the first one found suspicious. */
export interface CloseLook {
  /** Between the two samples of threads; null: one look (`--quick`). */
  readonly windowMs: number | null;
  /**
   * From the first look at sockets and descriptors to the second one, by the sockets' own clock: for the rates of
   * `arrived`, `departed` and `openLater`. Longer than `windowMs` by what the first look took, 1 s at 95,000 sockets.
   */
  readonly socketWindowMs: number | null;
  /** By pid. */
  readonly activities: ReadonlyMap<number, ProcessActivity>;
  /** By socket inode: of suspect sockets and of listeners. No entry: no epoll instance that was read watches it. */
  readonly interests: ReadonlyMap<number, readonly Interest[]>;
  /** Cookies of sockets on which, in the window, bytes were received, read or acknowledged. */
  readonly moved: ReadonlySet<bigint>;
  /** In CLOSE-WAIT at the first sample and no more at the second. */
  readonly departed: readonly SocketFacts[];
  /** In CLOSE-WAIT at the second sample and not at the first. */
  readonly arrived: readonly SocketFacts[];
  /** Of the suspects, connections in ESTABLISHED whose peer does not take what was sent: a full Send-Q, persist timer. */
  readonly congested: readonly SocketFacts[];
  readonly hidden: HiddenPlaces;
}

/** Whom to look at closely. */
export interface Suspects {
  readonly pids: ReadonlySet<number>;
  /** Sockets whose interest matters: the stuck ones, of every process that holds one. */
  readonly inodes: NumberSet;
  /** Stuck sockets that have a file and no holder that was seen. */
  readonly hidden: ReadonlySet<number>;
}

import type { TcpState } from '../tcp/index.ts';
import type { HostFacts, ReaderOutcome, Unseen } from './facts.ts';
import type { KernelSetting } from './kernel-setting.ts';
import type { ProcessFacts } from './process.ts';
import type { Reading } from './reading.ts';

/** The states that the kernel lists: a socket in CLOSED is in no table. */
export type ListedState = Exclude<TcpState, 'CLOSED'>;

/** How many sockets are in each state. */
export type StateCounts = Readonly<Record<ListedState, number>>;

/** One network namespace, counted. */
export interface CountedNamespace {
  readonly inode: number;
  readonly path: string;
  readonly counts: Reading<StateCounts>;
}

/** Counts beside the states: what Linux keeps in other structures than a socket. */
export interface LinuxCounts {
  /** Of SYN-RECEIVED: request sockets, which the kernel answers for a listener (TCP_NEW_SYN_RECV). */
  readonly requestSockets: number;
  /** Of FIN-WAIT-2: no process has them any more. */
  readonly orphanedFinWait2: number;
  /** Of ESTABLISHED and CLOSE-WAIT: they wait for accept(2). */
  readonly notAccepted: number;
}

/** A local port and the sockets of one state on it. */
export interface CountedPort {
  readonly port: number;
  readonly count: number;
}

/** A process and how many sockets of one state it holds. */
export interface CountedHolder {
  readonly process: ProcessFacts;
  readonly count: number;
}

/** One state in detail. */
export interface StateDetail {
  readonly state: TcpState;
  /** Most first; all of them. */
  readonly localPorts: readonly CountedPort[];
  /** Most first; the first five. */
  readonly holders: readonly CountedHolder[];
  /** How many processes hold one. */
  readonly holderCount: number;
  /** Sockets that have an inode and no holder that was seen. */
  readonly unheld: number;
  /** Sockets without an inode: no process has them, or has them yet. */
  readonly ownerless: number;
}

/** What one count of all TCP sockets learned. */
export interface StateCountFacts {
  readonly takenAtMs: number;
  readonly host: HostFacts;
  readonly namespaces: readonly CountedNamespace[];
  readonly counts: StateCounts;
  readonly linux: LinuxCounts;
  /** Null where no state was asked for. */
  readonly detail: StateDetail | null;
  readonly settings: ReadonlyMap<KernelSetting, Reading<number>>;
  readonly readers: readonly ReaderOutcome[];
  readonly unseen: readonly Unseen[];
}

import type {
  ClosedSocket,
  Holder,
  HolderMap,
  KernelSource,
  NamespaceRef,
  SocketFacts,
  Unknown,
} from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';
import type { SocketCensus } from './read-census.ts';
import type { Instances, TableEntry } from './read-holders.ts';

/** A sample tells how a program opens its descriptors; those that several processes hold tell most. */
export interface DescriptorSample {
  readonly shared: readonly SampledDescriptor[];
  readonly own: readonly SampledDescriptor[];
}

/** A descriptor and the socket that it refers to. */
export interface SampledDescriptor extends TableEntry {
  readonly inode: number;
}

/** What sockets and holders are to be gathered from. */
export interface GatherQuery {
  readonly source: KernelSource;
  readonly namespaces: readonly NamespaceRef[];
  readonly pids: readonly number[];
  /** The sockets to read whole. */
  readonly states: readonly TcpState[];
  /** All sockets of each namespace, by inode, counted before anything was read of them. */
  readonly inUseBefore: ReadonlyMap<number, number | null>;
  /** Null for a list, which needs neither counts nor sockets that are closed but held. */
  readonly census: SocketCensus | null;
  readonly log: LookLog;
}

/** The sockets of a look and who holds them, whichever way they were found. */
export interface Gathered {
  readonly sockets: readonly SocketFacts[];
  readonly listeners: readonly SocketFacts[];
  /** By inode. */
  readonly holders: HolderMap;
  /** By pid: descriptors of epoll instances and io_urings. */
  readonly instances: ReadonlyMap<number, Instances>;
  /** Holders of sockets that are not TCP, by inode; null where they were passed over. */
  readonly others: ReadonlyMap<number, readonly Holder[]> | null;
  readonly closed: readonly ClosedSocket[];
  /** Some descriptors of sockets in CLOSE-WAIT, by pid. */
  readonly samples: ReadonlyMap<number, DescriptorSample>;
  /** Every process that holds any of these sockets. */
  readonly owners: ReadonlySet<number>;
  /** Open descriptors of a process, where they were counted. */
  readonly openOf: (pid: number) => number | undefined;
  /** How many of `sockets` are in CLOSE-WAIT, by inode of their namespace. */
  readonly stuckByNamespace: ReadonlyMap<number, number>;
  /** The namespaces whose sockets could not be read, by inode. */
  readonly unread: ReadonlyMap<number, Unknown>;
  /** Set where not one of them could be read. */
  readonly problem?: Unknown;
}

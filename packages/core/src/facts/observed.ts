import type { TcpState } from '../tcp/index.ts';
import type { ThreadCallFacts } from './observed-threads.ts';
import type { Reading, Unknown } from './reading.ts';
import type { Endpoint } from './socket.ts';

/**
 * What was seen of a network namespace and of the programs in it, from before the first one started. All times are
 * milliseconds since the observation began, on one clock.
 */
export interface Observation {
  /** RFC 3339: when it began. */
  readonly startedAt: string;
  readonly endedMs: number;
  readonly kernel: string;
  readonly programs: readonly ObservedProgram[];
  readonly segments: Reading<readonly ObservedSegment[]>;
  /** Every change of a state, exact: the tracepoint `sock:inet_sock_set_state`. Of all namespaces of the machine. */
  readonly changes: Reading<readonly ObservedChange[]>;
  /** What repeated looks at all sockets saw (sock_diag), as far as it had changed since the look before. */
  readonly sightings: readonly ObservedSighting[];
  /** System calls that are about connections or in which threads wait. */
  readonly calls: Reading<readonly ObservedCall[]>;
  /** Threads and processes that were started by the programs. Empty where calls are not known. */
  readonly tasks: readonly ObservedTask[];
  /** Which socket a descriptor was, where a call had just made it. */
  readonly descriptors: readonly ObservedDescriptor[];
  /** All processes that were alive at the end. */
  readonly processes: readonly ObservedProcess[];
  /** All sockets at the end. */
  readonly sockets: Reading<readonly ObservedSocket[]>;
  readonly losses: ObservedLosses;
  /** How far the clocks of packets and of trace events may be apart after their conversion. */
  readonly clockWithinMs: number;
  /** Between two looks at all sockets, the longest. */
  readonly longestBetweenLooksMs: number;
}

/** A program that the scenario has started. */
export interface ObservedProgram {
  /** `server`, `peers` and the like. */
  readonly role: string;
  readonly pid: number;
  readonly startedMs: number;
}

/** A TCP segment on the loopback interface, when it arrived. */
export interface ObservedSegment {
  readonly atMs: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** 0 to 2^32 - 1. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** As RFC 9293 3.1 spells them. */
  readonly flags: readonly string[];
  /** As it stands in the header, not scaled. */
  readonly window: number;
  readonly payloadBytes: number;
}

/** A socket went from one state to another. */
export interface ObservedChange {
  readonly atMs: number;
  /** The thread in whose context that happened: often not the one that caused it. */
  readonly tid: number;
  /** The same for all changes of one socket. */
  readonly socket: string;
  readonly from: TcpState;
  readonly to: TcpState;
  /** Port 0: not bound yet. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A socket was there, or was so, for the first time in the look at `atMs`; in the look before, at `sinceMs`, it was not. */
export interface ObservedSighting {
  readonly sinceMs: number;
  /** When that look began; `atMs` is when it ended. */
  readonly lookedMs: number;
  readonly atMs: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Null: it was there no more. */
  readonly state: TcpState | null;
  /** 0: no process has a descriptor of it. */
  readonly inode: number;
}

/** A system call, or the same one several times in a row with the same result, none of which waited. */
export interface ObservedCall {
  readonly tid: number;
  readonly name: string;
  readonly args: readonly bigint[];
  readonly enteredMs: number;
  /** Null: it had not returned when the observation ended, or nobody saw it return. */
  readonly returnedMs: number | null;
  /** -1 where it has failed. */
  readonly result: number | null;
  /** The name of the error, where it has failed: `EAGAIN`; `errno 512` for one that no program ever sees (ERESTARTSYS). */
  readonly error: string | null;
  /** How often, at least 1. */
  readonly times: number;
}

export interface ObservedTask {
  readonly atMs: number;
  readonly tid: number;
  readonly parentTid: number;
  /** A thread of its parent's process; otherwise a process of its own. */
  readonly isThread: boolean;
  /** It has its parent's descriptor table, and not a copy. */
  readonly sharesDescriptors: boolean;
}

export interface ObservedDescriptor {
  readonly atMs: number;
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
}

/** A process at the end of the observation. */
export interface ObservedProcess {
  readonly pid: number;
  /** Untrusted text. */
  readonly comm: string;
  readonly parentPid: number;
  readonly descriptors: Reading<readonly { readonly fd: number; readonly target: string }[]>;
  readonly threads: readonly ThreadCallFacts[];
}

/** A socket at the end of the observation. */
export interface ObservedSocket {
  readonly state: TcpState;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly inode: number;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
}

/** What is missing although somebody looked. */
export interface ObservedLosses {
  /** Packets for which the packet socket had no room; unknown where it cannot be asked. */
  readonly packets: Reading<number>;
  readonly stateChanges: number;
  readonly callEvents: number;
  /** Whether of one of the last two more were lost, and nobody knows how many. */
  readonly more: boolean;
  /** Threads that made so many calls that from a moment on no more of them were recorded. */
  readonly muted: readonly { readonly tid: number; readonly atMs: number }[];
  /** What came and could not be decoded. */
  readonly garbled: readonly Unknown[];
}

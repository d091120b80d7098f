import type { CauseId } from '../../facts/index.ts';
import type { TcpState } from '../../tcp/index.ts';

/** The document that `closewait lab NAME --show --json` prints. */
export const TRACE_SCHEMA_ID = 'closewait/trace/v1';

/** What was measured of one run of a scenario, connection by connection. Times are milliseconds, 0 is the first event. */
export interface TraceDocument {
  readonly schema: typeof TRACE_SCHEMA_ID;
  readonly scenario: TraceScenario;
  /** RFC 3339: when the observation began. */
  readonly takenAt: string;
  readonly kernel: string;
  /** When the observation ended; the programs still lived. */
  readonly endedAt: number;
  readonly lanes: readonly TraceLane[];
  /** In the order in which they were opened. */
  readonly connections: readonly TraceConnection[];
  readonly precision: TracePrecision;
  readonly losses: readonly string[];
  readonly notSeen: readonly TraceUnseen[];
}

export interface TraceScenario {
  readonly name: string;
  readonly title: string;
  /** What the scenario builds; null where the server closes as it should. */
  readonly cause: CauseId | null;
}

/** A program that took part. */
export interface TraceLane {
  readonly pid: number;
  /** Its part in the scenario: `server`, `peers`; for a process that such a program has started, that one's. */
  readonly role: string;
  /** Untrusted text; null where it had ended. */
  readonly comm: string | null;
  readonly parentPid: number | null;
}

export interface TracePrecision {
  /** `tracepoint`: exact. `sock_diag`: from looks, at most `longestBetweenLooksMs` apart; what passed between two is missing. */
  readonly states: 'tracepoint' | 'sock_diag';
  readonly longestBetweenLooksMs: number;
  /** How far times of segments and times of states and calls may be apart. */
  readonly clockWithinMs: number;
}

/** Something that exists and could not be seen, or may have been missed. */
export interface TraceUnseen {
  readonly what: string;
  readonly why: string;
  readonly hint: string | null;
}

/** The end that sent the first SYN, and the other one. */
export const TRACE_ENDS = ['client', 'server'] as const;
export type TraceEnd = (typeof TRACE_ENDS)[number];

export interface TraceConnection {
  /** From 1 on. */
  readonly number: number;
  /** Connections to which the same happened have the same kind, from 1 on. */
  readonly kind: number;
  readonly client: TraceSide;
  readonly server: TraceSide;
  readonly events: readonly TraceEvent[];
}

export interface TraceSide {
  readonly address: string;
  readonly port: number;
  /** The process whose calls are drawn; null where none was seen. */
  readonly pid: number | null;
  readonly fd: number | null;
  /** At the end; null where the kernel has no socket any more, or never had one. */
  readonly state: TcpState | null;
  /** Bytes that nobody has read, an unread FIN counts as 1; null where there is no socket. */
  readonly rxQueueBytes: number | null;
  readonly txQueueBytes: number | null;
  /** What the threads that had to do with it did at the end. */
  readonly atEnd: readonly TraceThread[];
}

export interface TraceThread {
  readonly pid: number;
  readonly tid: number;
  /** `stopped`: by a signal or a debugger. `unknown`: it could not be read. */
  readonly does: 'in-call' | 'running' | 'waiting' | 'stopped' | 'unknown';
  readonly call: string | null;
  readonly fd: number | null;
  /** What the descriptor is, where it is not this connection: `a pipe`, `connection 2`. */
  readonly about: string | null;
  /** When it entered the call; null where that was not seen. */
  readonly since: number | null;
}

export type TraceEvent = TraceSegment | TraceState | TraceCall | TraceMissing;

interface TraceEventBase {
  /** For a segment when it arrived, for a call when it was entered. */
  readonly at: number;
}

export interface TraceSegment extends TraceEventBase {
  readonly kind: 'segment';
  readonly from: TraceEnd;
  readonly flags: readonly string[];
  readonly payloadBytes: number;
  /** Counted from the initial sequence number of the side that sent it. */
  readonly sequence: number;
  /** Counted from that of the other side; null without ACK. */
  readonly acknowledgment: number | null;
  /** As it stands in the header, not scaled. */
  readonly window: number;
}

export interface TraceState extends TraceEventBase {
  readonly kind: 'state';
  readonly end: TraceEnd;
  /** Null: there was no socket before, or it was not seen. */
  readonly from: TcpState | null;
  /** Null: the kernel has forgotten the connection. */
  readonly to: TcpState | null;
  /** It may have been earlier by so much. */
  readonly withinMs: number;
  readonly seenBy: 'tracepoint' | 'sock_diag';
}

export interface TraceCall extends TraceEventBase {
  readonly kind: 'call';
  readonly end: TraceEnd;
  readonly pid: number;
  readonly tid: number;
  readonly call: string;
  readonly fd: number | null;
  /** Bytes that it was to read or write. */
  readonly askedBytes: number | null;
  /** `SHUT_WR`, `EPOLL_CTL_ADD` and the like. */
  readonly how: string | null;
  /** Null: it has not returned. */
  readonly returnedAt: number | null;
  readonly result: number | null;
  /** `EAGAIN` and the like, where the result is an error. */
  readonly error: string | null;
  /** How often it was made in a row, with the same result. */
  readonly times: number;
}

/** What this side owes when the observation ends. */
export interface TraceMissing extends TraceEventBase {
  readonly kind: 'missing';
  readonly end: TraceEnd;
  readonly what: 'accept' | 'read' | 'close' | 'fin';
  /** Since the peer's FIN came; null where that was not seen. */
  readonly forMs: number | null;
  /** For `read`: the bytes that wait, without the FIN. */
  readonly bytes: number | null;
  /** False: it is still sending, which is legal (RFC 9293 3.6). */
  readonly isDue: boolean;
}

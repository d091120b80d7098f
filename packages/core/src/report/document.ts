import type { AddressFamily, CauseId, Confidence, Severity, TimerKind, UnknownWhy } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const REPORT_SCHEMA_ID = 'closewait/report/v1';

/** Identifier of one row of `closewait ls --json`. */
export const CONNECTION_SCHEMA_ID = 'closewait/connection/v1';

/** A number that may pass 2^53 is a string of decimal digits from there on. */
export type JsonInteger = number | string;

/** A descriptor that refers to a connection. */
export interface ReportOwner {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
  /** Whether exec closes it; null where nobody asked. */
  readonly cloexec: boolean | null;
}

/**
 * What an age in the document says.
 *
 * - `exact`: nothing was acknowledged after the peer's FIN, so this is the time since the FIN.
 * - `at-least`: something may have been acknowledged after it; the FIN is as old as this or older.
 * - `since-first-seen`: time since closewait itself first saw the connection in this state.
 */
export type AgeIs = 'exact' | 'at-least' | 'since-first-seen';

/** One connection, the same in the report and in `ls`. */
export interface ReportConnection {
  /** `192.0.2.1:443`, `[2001:db8::1]:443`, `[::ffff:192.0.2.1]:443`. */
  readonly local: string;
  readonly remote: string;
  readonly state: TcpState;
  readonly family: AddressFamily;
  readonly netns: number;
  readonly uid: number;
  readonly inode: number;
  readonly cookie: JsonInteger;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
  /** Null where the kernel gave no tcp_info. */
  readonly bytesReceived: JsonInteger | null;
  readonly bytesSent: JsonInteger | null;
  /** Time since the peer's FIN; null where the kernel gave no tcp_info and for other states than CLOSE-WAIT. */
  readonly ageMs: number | null;
  readonly ageIs: AgeIs | null;
  readonly owners: readonly ReportOwner[];
  readonly timer: { readonly kind: TimerKind; readonly expiresMs: number; readonly retransmits: number };
  /** Which events the owner waits for on it, `IN, level` or `not watched`; null where nobody asked. */
  readonly interest: string | null;
}

/** A socket that the kernel has closed and a process still holds: it has no addresses any more. */
export interface ReportClosedSocket {
  readonly inode: number;
  readonly protocol: 'TCP' | 'TCPv6';
  readonly bytesReceived: JsonInteger | null;
  readonly bytesSent: JsonInteger | null;
  readonly owners: readonly ReportOwner[];
}

/** The process part of one row of `ls`. */
export interface ConnectionProcess {
  readonly pid: number;
  readonly comm: string | null;
  readonly unit: string | null;
  readonly container: string | null;
}

/**
 * One row of `closewait ls`: schema `closewait/connection/v1`. A row has no `schema` field: at 95,000 rows it would be
 * a tenth of the output, and `owners` and `cookie` tell a row from every other document of the program.
 */
export interface ConnectionRow extends ReportConnection {
  /** The process that it belongs to: of several owners the one with the listener, in an accept queue the listener's; null where none was seen. */
  readonly process: ConnectionProcess | null;
}

export interface ReportProcess {
  readonly pid: number;
  /** Null here and below: it could not be read. */
  readonly comm: string | null;
  readonly exe: string | null;
  /** Only the first one unless the arguments were asked for: they may hold secrets. */
  readonly cmdline: readonly string[] | null;
  /** How many arguments `cmdline` leaves out. */
  readonly maskedArguments: number;
  readonly uid: number | null;
  readonly startedAt: string | null;
  readonly cgroup: string | null;
  /** Null: in none, or not known. */
  readonly unit: string | null;
  /** `docker:…`, `containerd:…`, `cri-o:…`, `podman:…`, with the whole id. */
  readonly container: string | null;
  readonly netns: number | null;
  readonly descriptors: {
    readonly open: number;
    /** Null: unlimited. */
    readonly limit: number | null;
    /** Descriptors on connections in CLOSE-WAIT, of any age, reported or not. */
    readonly closeWait: number;
    /** Descriptors on sockets that the kernel has closed. */
    readonly closedButHeld: number;
  } | null;
}

export interface ReportListener {
  readonly local: string;
  readonly acceptQueue: number;
  readonly backlog: number;
}

export interface ReportEvidence {
  readonly id: string;
  readonly says: string;
  readonly value: string | number | boolean | null;
  /** A netlink attribute, a file below /proc. */
  readonly from?: string;
}

/** How fast connections of a finding get stuck, with the 95 % bounds of the rate. */
export interface ReportGrowth {
  readonly perMin: number;
  readonly lowPerMin: number;
  readonly highPerMin: number;
  /** From the ages of the connections, or from two looks. */
  readonly over: 'ages' | 'looks';
  readonly windowMs: number;
}

export interface ReportRemedy {
  readonly id: string;
  readonly command: string | null;
  readonly does: string;
  readonly frees: { readonly connection: boolean; readonly descriptor: boolean; readonly worker: boolean };
  readonly risk: string;
  readonly peerSees: string;
}

/** How many connections of a finding share one thing. */
export interface PeerCount {
  /** IPv4-mapped addresses are unmapped: both spellings are one peer. */
  readonly address: string;
  readonly count: number;
}

export interface PortCount {
  readonly port: number;
  readonly count: number;
}

export interface ReportFinding {
  /** The same for the same process, cause and group in the next look. */
  readonly id: string;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly severity: Severity;
  readonly title: string;
  readonly process: ReportProcess | null;
  readonly listener: ReportListener | null;
  /** Connections and closed sockets, all of them. */
  readonly count: number;
  readonly oldestAgeMs: number | null;
  /** `exact` only where the age of every connection is; otherwise one of them may be older. */
  readonly oldestAgeIs: 'exact' | 'at-least' | null;
  readonly newestAgeMs: number | null;
  /** How it divides; empty where all are alike. */
  readonly parts: readonly { readonly says: string; readonly count: number }[];
  /** The id of the finding that is the root of this one; null where it is a root itself. */
  readonly because: string | null;
  /** What this finding is the root of. */
  readonly victims: readonly { readonly cause: CauseId; readonly count: number }[];
  /** Null: it does not grow, or that is not known. */
  readonly growth: ReportGrowth | null;
  readonly growthPerMin: number | null;
  /**
   * When the process has no descriptor left, if all of its findings go on to grow and nothing is closed. Null where the
   * growth or the limit is not known, and for connections that take no descriptor.
   */
  readonly exhaustionAt: string | null;
  readonly exhaustionEarliestAt: string | null;
  /** Null also where it may never come to that. */
  readonly exhaustionLatestAt: string | null;
  /** Most first, at most 100; `peerCount` is whole. */
  readonly peers: readonly PeerCount[];
  readonly peerCount: number;
  /** Most first, at most 100. */
  readonly localPorts: readonly PortCount[];
  readonly remotePorts: readonly PortCount[];
  readonly evidence: readonly ReportEvidence[];
  readonly against: readonly ReportEvidence[];
  readonly missing: readonly { readonly id: string; readonly why: string; readonly hint: string | null }[];
  readonly alternatives: readonly { readonly cause: CauseId; readonly confidence: Confidence }[];
  readonly remedies: readonly ReportRemedy[];
  readonly codeFix: string;
  readonly docs: string;
  /** Oldest first, at most 100; `count` is whole. */
  readonly connections: readonly ReportConnection[];
  /** At most 100. */
  readonly closed: readonly ReportClosedSocket[];
}

export interface ReportReader {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly why?: UnknownWhy;
  readonly detail?: string;
  readonly hint?: string;
}

/** One network namespace that was looked into; `sockets` is null where it could not be. */
export interface ReportNamespace {
  readonly inode: number;
  readonly path: string;
  readonly sockets: number | null;
}

export interface ReportUnseen {
  readonly what: string;
  readonly why: UnknownWhy;
  readonly detail: string;
  readonly hint: string | null;
}

/** What `closewait --json` prints: schema `closewait/report/v1`. */
export interface Report {
  readonly schema: typeof REPORT_SCHEMA_ID;
  /** RFC 3339, UTC, milliseconds. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly bootId: string };
  /** Time between the two looks; null: one look. */
  readonly windowMs: number | null;
  readonly readers: readonly ReportReader[];
  readonly namespaces: readonly ReportNamespace[];
  readonly totals: {
    /** Connections in CLOSE-WAIT that were seen. */
    readonly closeWait: number;
    /** Of these, younger than the minimum age. */
    readonly passing: number;
    /** Connections in findings, after the selection. */
    readonly reported: number;
    /** Sockets that the kernel has closed and a process still holds. */
    readonly closedButHeld: number;
    /** Null where only some states were asked for. */
    readonly byState: Readonly<Partial<Record<TcpState, number>>> | null;
  };
  readonly findings: readonly ReportFinding[];
  /** What could not be looked at, in words. */
  readonly unseen: readonly ReportUnseen[];
}

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
  readonly ageMs: number | null;
  readonly ageIs: 'exact' | 'at-least' | 'since-first-seen' | null;
  readonly owners: readonly ReportOwner[];
  readonly timer: { readonly kind: TimerKind; readonly expiresMs: number; readonly retransmits: number };
  /** Which events the owner waits for on it; null where nobody asked. */
  readonly interest: string | null;
}

export interface ReportProcess {
  readonly pid: number;
  readonly comm: string | null;
  readonly exe: string | null;
  /** Arguments after the first are masked unless they were asked for. */
  readonly cmdline: readonly string[] | null;
  readonly uid: number | null;
  readonly startedAt: string | null;
  readonly cgroup: string | null;
  readonly unit: string | null;
  /** `docker:…`, `containerd:…`, `cri-o:…`, `podman:…`, with the whole id. */
  readonly container: string | null;
  readonly netns: number | null;
  readonly descriptors: {
    readonly open: number;
    /** Null: unlimited. */
    readonly limit: number | null;
    readonly closeWait: number;
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
}

export interface ReportRemedy {
  readonly id: string;
  readonly command: string | null;
  readonly does: string;
  readonly frees: { readonly connection: boolean; readonly descriptor: boolean; readonly worker: boolean };
  readonly risk: string;
  readonly peerSees: string;
}

export interface ReportFinding {
  readonly id: string;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly severity: Severity;
  readonly title: string;
  readonly process: ReportProcess | null;
  readonly listener: ReportListener | null;
  readonly count: number;
  readonly oldestAgeMs: number | null;
  readonly newestAgeMs: number | null;
  readonly growthPerMin: number | null;
  readonly exhaustionAt: string | null;
  readonly peers: readonly { readonly address: string; readonly count: number }[];
  readonly evidence: readonly ReportEvidence[];
  readonly against: readonly ReportEvidence[];
  readonly missing: readonly { readonly id: string; readonly why: string; readonly hint: string | null }[];
  readonly alternatives: readonly { readonly cause: CauseId; readonly confidence: Confidence }[];
  readonly remedies: readonly ReportRemedy[];
  readonly codeFix: string;
  readonly docs: string;
  /** At most 100; `count` is whole. */
  readonly connections: readonly ReportConnection[];
}

export interface ReportReader {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly why?: UnknownWhy;
  readonly detail?: string;
  readonly hint?: string;
}

/** What `closewait --json` prints: schema `closewait/report/v1`. */
export interface Report {
  readonly schema: typeof REPORT_SCHEMA_ID;
  /** RFC 3339, UTC, milliseconds. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly bootId: string };
  readonly readers: readonly ReportReader[];
  readonly namespaces: readonly { readonly inode: number; readonly path: string; readonly sockets: number | null }[];
  readonly totals: {
    /** Connections in CLOSE-WAIT that were seen. */
    readonly closeWait: number;
    /** Of these, younger than the minimum age. */
    readonly passing: number;
    /** Connections in findings, after the selection. */
    readonly reported: number;
    /** Sockets that the kernel has closed and a process still holds. */
    readonly closedButHeld: number;
    readonly byState: Readonly<Partial<Record<TcpState, number>>>;
  };
  readonly findings: readonly ReportFinding[];
  /** What could not be looked at, in words. */
  readonly unseen: readonly { readonly what: string; readonly why: UnknownWhy; readonly detail: string; readonly hint: string | null }[];
}

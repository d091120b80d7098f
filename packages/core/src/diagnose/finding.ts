import type { CauseId, ClosedSocket, Confidence, Holder, ProcessFacts, Severity, SocketFacts } from '../facts/index.ts';

/** One fact that speaks for or against a cause. */
export interface Evidence {
  /** Stable identifier, for example `bytes-never-read`. */
  readonly id: string;
  /** A sentence for a person. */
  readonly says: string;
  readonly value: string | number | boolean | null;
  /** Where it was read: a netlink attribute, a file below /proc. */
  readonly from?: string;
}

/** Something that would decide and could not be, or was not, looked at. */
export interface MissingEvidence {
  readonly id: string;
  readonly why: string;
  /** The next command or privilege that would supply it; null where nothing can. */
  readonly hint: string | null;
}

/** Something to do now, with what it really gives back (measured, see docs/causes). */
export interface Remedy {
  readonly id: string;
  /** A command to paste, null where the remedy is not a command. */
  readonly command: string | null;
  readonly does: string;
  readonly frees: {
    readonly connection: boolean;
    readonly descriptor: boolean;
    readonly worker: boolean;
  };
  readonly risk: string;
  readonly peerSees: string;
}

/** A connection that a finding is about, still known to the kernel. */
export interface StuckConnection {
  readonly socket: SocketFacts;
  readonly holders: readonly Holder[];
  readonly age: ConnectionAge;
}

/** What a list of connections can be asked; an array of them is one. */
export interface Connections extends Iterable<StuckConnection> {
  readonly length: number;
  at(index: number): StuckConnection | undefined;
  every(test: (connection: StuckConnection) => boolean): boolean;
  some(test: (connection: StuckConnection) => boolean): boolean;
  filter(test: (connection: StuckConnection) => boolean): readonly StuckConnection[];
  map<T>(change: (connection: StuckConnection) => T): readonly T[];
  flatMap<T>(change: (connection: StuckConnection) => T | readonly T[]): readonly T[];
  reduce<T>(add: (sum: T, connection: StuckConnection) => T, start: T): T;
}

/** A list that can be gone through without an object for each of 100,000 connections. */
export interface ConnectionColumns extends Connections {
  /** `ageMs`: -1 where it is not known. */
  visit(see: (socket: SocketFacts, ageMs: number, is: ConnectionAge['is']) => void): void;
}

function hasColumns(connections: Connections): connections is ConnectionColumns {
  return 'visit' in connections;
}

/** Goes through a list in the quickest way that it has. */
export function visitConnections(connections: Connections, see: Parameters<ConnectionColumns['visit']>[0]): void {
  if (hasColumns(connections)) {
    connections.visit(see);
    return;
  }
  for (const { socket, age } of connections) see(socket, age.ms ?? -1, age.is);
}

/**
 * How long a connection has been in CLOSE-WAIT.
 *
 * - `exact`: nothing was acknowledged after the FIN, so the last acknowledgement is the FIN's.
 * - `at-least`: something may have been acknowledged after it.
 */
export interface ConnectionAge {
  /** Milliseconds, null where tcp_info was not there. */
  readonly ms: number | null;
  readonly is: 'exact' | 'at-least' | 'since-first-seen';
}

/** How fast connections get stuck, where that could be told. */
export interface Growth {
  readonly perMin: number;
  /** Bounds of the rate, 95 %. */
  readonly lowPerMin: number;
  readonly highPerMin: number;
  /** From the ages of the connections, which are a history of their own, or from two looks. */
  readonly over: 'ages' | 'looks';
  /** How long a time that is. */
  readonly windowMs: number;
}

/** One kind of connection in a finding, where it has several: in service, waiting behind. */
export interface Part {
  readonly says: string;
  readonly count: number;
}

/** Connections of one process that have one cause, with everything that speaks for it and against it. */
export interface Finding {
  /** The same for the same process, cause and group in the next look. */
  readonly id: string;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly severity: Severity;
  readonly title: string;
  /** Null: no holder was seen. */
  readonly process: ProcessFacts | null;
  readonly listener: SocketFacts | null;
  readonly connections: Connections;
  /** For `closed-but-held`: sockets that the kernel no longer lists. */
  readonly closed: readonly ClosedSocket[];
  /** How it divides; empty where all are alike. */
  readonly parts: readonly Part[];
  /** The id of the finding whose cause is the root of this one. */
  readonly because: string | null;
  /** What this finding is the root of. */
  readonly victims: readonly { readonly cause: CauseId; readonly count: number }[];
  /** Null: it does not grow, or that is not known. */
  readonly growth: Growth | null;
  readonly evidence: readonly Evidence[];
  readonly against: readonly Evidence[];
  readonly missing: readonly MissingEvidence[];
  readonly alternatives: readonly { readonly cause: CauseId; readonly confidence: Confidence }[];
  readonly remedies: readonly Remedy[];
  /** One paragraph: what to change in the program. */
  readonly codeFix: string;
  /** Path of the documentation page in the repository. */
  readonly docs: string;
}

/** What one look means. */
export interface Diagnosis {
  /** The most urgent first. */
  readonly findings: readonly Finding[];
  /** Connections in CLOSE-WAIT, whatever their age. */
  readonly closeWait: number;
  /** Of these, younger than the minimum age: passing through, not reported. */
  readonly passing: number;
  /** By pid: descriptors on connections in CLOSE-WAIT, whatever their age. */
  readonly descriptors: ReadonlyMap<number, number>;
}

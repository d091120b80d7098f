import type { CauseId, Confidence, Severity } from '@closewait/core/facts';
import type { OrderGroup } from '@closewait/core/orders';
import type { AgeIs, ReportFinding } from '@closewait/core/report';
import type { OrderMethod } from '@closewait/core/ways';

/** Identity of a process over many looks: pid and start time; one key stands for what no holder was seen of. */
export type ProcessKey = string;

/** The most urgent verdict on a process. */
export interface Verdict {
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly severity: Severity;
}

/** Time until a process has no descriptor left, counted from the look, with its bounds. Milliseconds. */
export interface TimeToFull {
  readonly inMs: number;
  readonly earliestMs: number;
  /** Null: perhaps never. */
  readonly latestMs: number | null;
}

/** One process of the list, without its connections: there may be 100,000, and they are asked for by page. */
export interface ProcessRow {
  readonly key: ProcessKey;
  /** Null: the holder was not seen. */
  readonly pid: number | null;
  /** Escaped for a terminal. */
  readonly name: string;
  /** Unit or container, escaped; null where it is in none, or that is not known. */
  readonly place: string | null;
  /** As they were read, for selectors; never drawn. */
  readonly unit: string | null;
  readonly container: string | null;
  /** Connections, and closed sockets that are still held; without those that are in use. */
  readonly stuck: number;
  /** Of these, sockets that the kernel has closed. */
  readonly closed: number;
  /** With those that are in use. */
  readonly count: number;
  readonly perMin: number | null;
  readonly oldestMs: number | null;
  readonly oldestIs: 'exact' | 'at-least';
  readonly verdict: Verdict;
  /** Local ports, most connections first, at most 100 a finding. */
  readonly ports: readonly number[];
  /** Null: could not be read. `limit` null: unlimited. */
  readonly descriptors: { readonly open: number; readonly limit: number | null } | null;
  readonly full: TimeToFull | null;
  /** Of all findings. */
  readonly causes: readonly CauseId[];
  /** The most urgent ones; their connections are cut to the few that their texts name. */
  readonly findings: readonly ReportFinding[];
  /** How many findings there are beside these. */
  readonly moreFindings: number;
}

/** What one look has learned, as much as a screen shows of it. */
export interface HostLook {
  readonly takenAtMs: number;
  readonly host: string;
  readonly kernel: string;
  /** Of all TCP sockets; null where they were not counted. */
  readonly sockets: number | null;
  readonly namespaces: number;
  /** Younger than the minimum age. */
  readonly passing: number;
  /** Whole wall time of the look and its diagnosis. Milliseconds. */
  readonly tookMs: number;
  /** What could not be looked at, a sentence each, escaped. */
  readonly unseen: readonly string[];
  readonly rows: readonly ProcessRow[];
}

/** One connection of an opened process, or a socket that the kernel has closed. All texts are escaped. */
export interface ConnectionLine {
  /** Cookie, or the inode of a closed socket: the same in the next look. */
  readonly id: string;
  readonly local: string;
  readonly remote: string;
  readonly netns: number | null;
  readonly ageMs: number | null;
  readonly ageIs: AgeIs | null;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
  /** `17`, `17 +1` with another holder, `-` in an accept queue, `?` not seen. */
  readonly descriptor: string;
  /** Null: it is in no finding, because it is too young. */
  readonly cause: CauseId | null;
}

/** Orders of a list of connections. */
export const CONNECTION_ORDERS = ['age', 'recv-q', 'send-q', 'remote'] as const;
/** See {@link CONNECTION_ORDERS}: the oldest, the fullest and the first address come first. */
export type ConnectionOrder = (typeof CONNECTION_ORDERS)[number];

/** Which connections: of a process, of one finding, or those that `closewait close` would act on. */
export type ConnectionSelection =
  | { readonly of: 'process'; readonly key: ProcessKey }
  | { readonly of: 'finding'; readonly key: ProcessKey; readonly finding: string }
  | {
      readonly of: 'order';
      readonly pid: number;
      readonly method: OrderMethod;
      /** One connection, by its id; null: all that the process has. */
      readonly line: string | null;
    };

/** Asks for a part of a list of connections. */
export interface PageRequest {
  readonly selection: ConnectionSelection;
  readonly order: ConnectionOrder;
  readonly reversed: boolean;
  readonly offset: number;
  readonly count: number;
  /** Tell where this one is now. */
  readonly find: string | null;
}

/** A part of a list of connections, of the last look. */
export interface ConnectionPage {
  readonly request: PageRequest;
  /** Of the look that it was taken from. */
  readonly takenAtMs: number;
  readonly total: number;
  readonly lines: readonly ConnectionLine[];
  /** Index in the whole list; null: it is not there, or nobody asked. */
  readonly foundAt: number | null;
  /** Of an order: what `closewait close` would say, those that it leaves alone too; null for other lists. */
  readonly dryRun: readonly OrderGroup[] | null;
}

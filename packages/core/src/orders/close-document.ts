import type { ActionMethod, AddressFamily, CauseId, Confidence, OutcomeKind } from '../facts/index.ts';
import type { JsonInteger, ReportReader, ReportUnseen } from '../report/index.ts';
import type { OrderMethod } from '../ways/index.ts';
import type { Frees, Sighting } from './order.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const CLOSE_SCHEMA_ID = 'closewait/close/v1';

/** What `closewait close --json` prints: what an order comes to for each connection, and what became of it. */
export interface CloseDocument {
  readonly schema: typeof CLOSE_SCHEMA_ID;
  /** Of the look that the orders were made from. RFC 3339, UTC, milliseconds. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly bootId: string };
  /** As it was ordered. */
  readonly method: OrderMethod;
  /** False: a dry run, nothing was changed. */
  readonly carriedOut: boolean;
  readonly totals: CloseTotals;
  readonly processes: readonly CloseProcess[];
  /** The findings in the order of the report, within each the oldest first. */
  readonly orders: readonly CloseOrder[];
  /** Where each action was written down; null: nothing was carried out. */
  readonly audit: CloseAudit | null;
  readonly readers: readonly ReportReader[];
  readonly unseen: readonly ReportUnseen[];
}

/** How many orders came to what. */
export interface CloseTotals {
  readonly selected: number;
  /** With an action: done, or to be done. */
  readonly planned: number;
  /** Each outcome; all 0 in a dry run. */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
}

/** Whose the connections are. */
export interface CloseProcess {
  readonly pid: number;
  readonly comm: string | null;
  readonly startedAt: string | null;
  readonly unit: string | null;
  readonly container: string | null;
  /** Null: could not be read. */
  readonly descriptors: {
    readonly limit: number | null;
    readonly before: number;
    /** Null: nothing was carried out, or it could not be read again. */
    readonly after: number | null;
  } | null;
  /** What restarts its unit or container; null: nothing that could be pasted. */
  readonly restart: string | null;
}

/** One order. */
export interface CloseOrder {
  /** Id of the finding in the report of the same look. */
  readonly finding: string;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  /** Null: no owner was seen. */
  readonly pid: number | null;
  /** Null: the kernel has ended it, and the descriptor is held still. */
  readonly connection: CloseConnection | null;
  readonly inode: number;
  readonly owners: readonly CloseOwner[];
  /** Null: nothing is done, see `refusal`. */
  readonly action: CloseAction | null;
  readonly refusal: { readonly why: string; readonly hint: string | null } | null;
  /** Null: nothing is done, or that was not measured. */
  readonly frees: Frees | null;
  readonly outcome: CloseOutcome | null;
  readonly before: Sighting | null;
  readonly after: Sighting | null;
}

export interface CloseOwner {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

/** Everything that is compared at the moment of acting. */
export interface CloseConnection {
  readonly local: string;
  readonly remote: string;
  readonly family: AddressFamily;
  readonly netns: number;
  readonly cookie: JsonInteger;
  readonly rxQueueBytes: number;
  readonly txQueueBytes: number;
  readonly ageMs: number | null;
}

/** What is done, with what its method needs. */
export interface CloseAction {
  readonly method: ActionMethod;
  readonly direction?: 'read' | 'write' | 'both';
  /** Of shutdown: the other side of a relay, which is shut down in place of the connection. */
  readonly leg?: CloseLeg | null;
  readonly timeoutMs?: number;
  readonly keepalive?: boolean;
  readonly soft?: number;
  readonly hard?: number | null;
}

export interface CloseLeg {
  readonly local: string;
  readonly remote: string;
  readonly cookie: JsonInteger;
  readonly owners: readonly CloseOwner[];
}

export interface CloseOutcome {
  readonly kind: OutcomeKind;
  readonly detail: string;
  readonly hint: string | null;
}

/** Where actions were written down. */
export interface CloseAudit {
  /** Null: to no file. */
  readonly file: string | null;
  readonly journal: boolean;
  /** What could not be written, and why; null where all was. */
  readonly problem: string | null;
}

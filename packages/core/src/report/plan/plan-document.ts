import type { ActionMethod, AddressFamily, CauseId, Confidence, OutcomeKind } from '../../facts/index.ts';
import type { DecisionKind, ProtectionId, Wait } from '../../policy/index.ts';
import type { JsonInteger, ReportReader, ReportUnseen } from '../document.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const PLAN_SCHEMA_ID = 'closewait/plan/v1';

/** What `closewait reap --json` prints: schema `closewait/plan/v1`. */
export interface PlanDocument {
  readonly schema: typeof PLAN_SCHEMA_ID;
  /** Of the last look. RFC 3339, UTC, milliseconds. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly bootId: string };
  readonly policy: {
    readonly file: string;
    readonly mode: 'observe' | 'enforce';
    /** Their names, in order. */
    readonly rules: readonly string[];
  };
  /** How many looks were taken one after the other. */
  readonly looks: number;
  /** Whether a maintenance window is open, or none is asked for. */
  readonly windowOpen: boolean;
  /** Whether the actions were carried out; false: they are only planned. */
  readonly carriedOut: boolean;
  readonly totals: PlanTotals;
  /** The longest stuck first. */
  readonly decisions: readonly PlannedDecision[];
  readonly readers: readonly ReportReader[];
  readonly unseen: readonly ReportUnseen[];
}

/** Connections of the last look. */
export interface PlanTotals extends Readonly<Record<DecisionKind, number>> {
  /** In CLOSE-WAIT, of any age. */
  readonly closeWait: number;
  /** Of these, too young to be called stuck: nothing is decided about them. */
  readonly passing: number;
  /** Sockets that the kernel has closed and a process still holds: policies are about connections. */
  readonly closedButHeld: number;
}

export interface PlannedDecision {
  readonly decision: DecisionKind;
  readonly rule: string | null;
  readonly protection: ProtectionId | null;
  readonly waitsFor: Wait | null;
  /** What is done, would be, or is waited with. */
  readonly action: PlannedAction | null;
  /** One sentence without its full stop. */
  readonly why: string;
  /** Of the report that the same look gives. */
  readonly finding: string;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly process: {
    readonly pid: number;
    readonly comm: string | null;
    readonly startedAt: string | null;
  } | null;
  readonly connection: PlannedConnection;
  /** What became of the action; null: it was not carried out. */
  readonly outcome: PlannedOutcome | null;
}

/** What is done, with what its method needs. */
export interface PlannedAction {
  readonly method: ActionMethod;
  readonly direction?: 'read' | 'write' | 'both';
  readonly timeoutMs?: number;
  readonly limit?: number;
}

/** Everything that is compared at the moment of acting. */
export interface PlannedConnection {
  readonly local: string;
  readonly remote: string;
  readonly family: AddressFamily;
  readonly netns: number;
  readonly inode: number;
  readonly cookie: JsonInteger;
  /** In CLOSE-WAIT for at least so long; null: not known. */
  readonly ageMs: number | null;
  readonly owners: readonly { readonly pid: number; readonly tid: number; readonly fd: number }[];
}

export interface PlannedOutcome {
  readonly kind: OutcomeKind;
  readonly detail: string;
  readonly hint: string | null;
}

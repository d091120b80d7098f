import type { Language } from '../diagnose/index.ts';
import type { CauseId, Confidence, RuntimeName } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';
import type { AgeIs, ConnectionProcess, Report, ReportConnection, ReportFinding } from './document.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const EXPLANATION_SCHEMA_ID = 'closewait/explain/v1';

/** One thread of the process. */
export interface ExplainedThread {
  readonly tid: number;
  readonly name: string;
  /** One letter of proc(5). */
  readonly state: string;
  /** In words, with the descriptor and what that leads to. */
  readonly does: string;
  /** The system call that it is in; null where it is in none, or that is not known. */
  readonly call: string | null;
  readonly descriptor: number | null;
  /** What the descriptor leads to: `:8000` a listener, `-> 192.0.2.1:443` a connection, otherwise as /proc names it. */
  readonly target: string | null;
  readonly wchan: string | null;
  /** Part of the window on a processor or ready for one, 0 to 1. */
  readonly busyShare: number | null;
  /** Time since it last ran. */
  readonly idleMs: number | null;
  /** Whether both looks saw it in the same call. */
  readonly steady: boolean | null;
}

/** The threads of a process, as many as were looked at. */
export interface ExplainedThreads {
  readonly count: number;
  readonly runtime: RuntimeName | null;
  readonly frozen: boolean | null;
  readonly listed: readonly ExplainedThread[];
}

/** A descriptor on the connection, and whose it is. */
export interface SequenceHolder extends ConnectionProcess {
  readonly tid: number;
  readonly fd: number;
  /** Whether exec closes it; null where nobody asked. */
  readonly cloexec: boolean | null;
}

/** The other end of the connection, where it is on this host too. */
export interface SequencePeer {
  readonly state: TcpState;
  readonly netns: number;
  readonly inode: number;
  /** Empty: no process holds it, the kernel alone remembers it. */
  readonly holders: readonly SequenceHolder[];
}

export type SequenceLane = 'peer' | 'kernel' | 'program';

/** One thing that went, or has to go, from one party to the next. */
export interface SequenceStep {
  readonly id: string;
  readonly from: SequenceLane;
  readonly to: SequenceLane;
  readonly says: string;
  /** False: it has not happened. */
  readonly done: boolean;
  /** Null: when is not known. */
  readonly ageMs: number | null;
  readonly ageIs: AgeIs | null;
}

/** What happened on one connection, as far as the kernel's counters tell, and what is owed. */
export interface Sequence {
  readonly connection: ReportConnection;
  /** Waiting for accept(2): no program has it yet. */
  readonly accepted: boolean;
  /** Who holds it; for one that was not accepted, who has its listener. */
  readonly holders: readonly SequenceHolder[];
  /** Null: not on this host, or no socket any more. */
  readonly peer: SequencePeer | null;
  /** In order; what is owed comes last. */
  readonly steps: readonly SequenceStep[];
}

/** A finding with everything that was read for it. */
export interface ExplainedFinding extends ReportFinding {
  /** What happens in general, in one sentence and in a paragraph. */
  readonly summary: string;
  readonly explanation: string;
  /** The other causes that the evidence allows, with what they are; as `alternatives`. */
  readonly others: readonly { readonly cause: CauseId; readonly confidence: Confidence; readonly summary: string }[];
  /** For the language of this process first. */
  readonly codeFixes: readonly { readonly language: Language; readonly says: string }[];
  /** Null: nobody looked. */
  readonly threads: ExplainedThreads | null;
  /** Of the oldest connection; null where there is none. */
  readonly sequence: Sequence | null;
}

/** What `closewait explain --json` prints: schema `closewait/explain/v1`, a report whose findings say more. */
export interface Explanation extends Omit<Report, 'schema' | 'findings'> {
  readonly schema: typeof EXPLANATION_SCHEMA_ID;
  readonly findings: readonly ExplainedFinding[];
}

import type { TcpEvent, TcpState } from '../tcp/index.ts';
import type { LinuxRuleId } from '../tcp/linux/index.ts';

/** The document that `closewait lab model --json` prints. */
export const MODEL_SCHEMA_ID = 'closewait/model/v1';

/** What random sequences of calls showed when they were played on the model and on the kernel. */
export interface ModelReport {
  readonly schema: typeof MODEL_SCHEMA_ID;
  /** RFC 3339. */
  readonly takenAt: string;
  /** `Linux 6.18.0`. */
  readonly kernel: string;
  /** Draws the same sequences again. */
  readonly seed: number;
  /** Sequences that were played; the one that disagrees is the last of them. */
  readonly runs: number;
  readonly steps: number;
  /** Segments that a sender sent again; the wire keeps them to itself. */
  readonly repeats: number;
  readonly tookMs: number;
  /** Rules that the model went without. */
  readonly without: readonly LinuxRuleId[];
  /** What the sequences had to do without, and why. */
  readonly leftOut: readonly string[];
  /** How often an end of the kernel's was seen to enter each state. */
  readonly states: readonly { readonly state: TcpState; readonly seen: number }[];
  /** Every orderly transition of RFC 9293, and how often the kernel did what it says. */
  readonly transitions: readonly ModelTransition[];
  /** Every departure of Linux, and how often the kernel did what it says. */
  readonly rules: readonly ModelRule[];
  /** Null: model and kernel agreed after every step. */
  readonly disagreement: ModelDisagreement | null;
}

/** One transition of RFC 9293. */
export interface ModelTransition {
  readonly from: TcpState;
  readonly event: TcpEvent;
  readonly to: TcpState;
  readonly section: string;
  readonly seen: number;
  /** Why no sequence gets there; null where one does. */
  readonly unreached: string | null;
}

/** One rule of LINUX_RULES. */
export interface ModelRule {
  readonly rule: LinuxRuleId;
  readonly says: string;
  readonly section: string;
  readonly instead: string;
  readonly source: string;
  readonly seen: number;
}

/** The shortest sequence that was found on which model and kernel disagree, at its last step. */
export interface ModelDisagreement {
  /** How often the sequence that was found first could be made smaller. */
  readonly shrinks: number;
  readonly steps: readonly ModelStep[];
}

/** One step of both. */
export interface ModelStep {
  /** `a sends 3 bytes`. */
  readonly action: string;
  readonly model: ModelSight;
  readonly kernel: ModelSight;
  /** Why the model says so: sections of RFC 9293, and rules with the kernel's file and function. */
  readonly reasons: readonly string[];
}

/** What can be seen after a step. */
export interface ModelSight {
  /** What the call returned: a number, an error's name, or null where it was no call. */
  readonly answer: number | string | null;
  /** `CLOSE-WAIT, 1 unread`. */
  readonly a: string;
  readonly b: string;
  /** Connections that wait to be accepted at `b`; null where it does not listen. */
  readonly acceptQueue: number | null;
  /** `a: FIN,ACK seq 1 ack 1`. */
  readonly sent: readonly string[];
}

import type { KernelSetting, LinuxCounts, StateCounts, UnknownWhy } from '../../facts/index.ts';
import type { ReportReader, ReportUnseen } from '../../report/index.ts';
import type { ClosingRole, Opening, Section, Sent, TcpEvent, TcpState } from '../../tcp/index.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const STATES_SCHEMA_ID = 'closewait/states/v1';

/** One network namespace; `counts` is null where it could not be looked into. */
export interface StatesNamespace {
  readonly inode: number;
  readonly path: string;
  readonly sockets: number | null;
  readonly counts: StateCounts | null;
}

/** A way into the explained state, or out of it. */
export interface StateChange {
  /** The state before, or after. */
  readonly state: TcpState;
  readonly event: TcpEvent;
  readonly sends: Sent | null;
  /** Section of RFC 9293. */
  readonly section: Section;
  /** Only for connections that were opened this way; null: for all. */
  readonly opening: Opening | null;
  /** False for an abort, a RST or a timeout of the user: what figure 5 leaves out. */
  readonly orderly: boolean;
}

/** Who has to do something for the connection to leave a state. */
export type Actor = 'this program' | 'this kernel' | 'the peer' | 'either side';

/** A setting that rules how long a state may last. */
export interface StateSetting {
  readonly name: KernelSetting;
  /** Of the own network namespace; null: not known, `why` tells. */
  readonly value: number | null;
  readonly why: UnknownWhy | null;
  readonly unit: 'seconds' | 'attempts' | 'sockets' | null;
  readonly says: string;
}

/** Where the sockets of the explained state are. */
export interface StateHolder {
  readonly pid: number;
  /** Null: could not be read. */
  readonly comm: string | null;
  /** Sockets of this state that it holds. */
  readonly count: number;
}

/** Everything about one state. */
export interface ExplainedState {
  readonly state: TcpState;
  readonly role: ClosingRole;
  readonly means: string;
  readonly linux: string;
  readonly enters: readonly StateChange[];
  readonly leaves: readonly StateChange[];
  readonly acts: Actor;
  readonly actsHow: string;
  readonly lasts: string;
  readonly settings: readonly StateSetting[];
  readonly usual: string;
  readonly trouble: string;
  readonly todo: string;
  readonly next: string;
  /** Files of the Linux kernel, and RFCs. */
  readonly references: readonly string[];
  /** Sockets here; null for CLOSED, which no table lists. */
  readonly count: number | null;
  /** Most first, at most five; `localPortCount` is whole. */
  readonly localPorts: readonly { readonly port: number; readonly count: number }[];
  readonly localPortCount: number;
  /** Most first, at most five; `holderCount` is whole. */
  readonly holders: readonly StateHolder[];
  readonly holderCount: number;
  /** Sockets with an inode whose holder was not seen. */
  readonly unheld: number;
  /** Sockets without an inode: no process has them, or has them yet. */
  readonly ownerless: number;
}

/** What `closewait states --json` prints: schema `closewait/states/v1`. */
export interface StatesDocument {
  readonly schema: typeof STATES_SCHEMA_ID;
  /** RFC 3339, UTC, milliseconds. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly bootId: string };
  readonly sockets: number;
  readonly counts: StateCounts;
  readonly linux: LinuxCounts;
  readonly namespaces: readonly StatesNamespace[];
  /** Null where no state was asked for. */
  readonly explained: ExplainedState | null;
  readonly readers: readonly ReportReader[];
  readonly unseen: readonly ReportUnseen[];
}

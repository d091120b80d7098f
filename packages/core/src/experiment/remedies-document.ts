import type { TcpState } from '../tcp/index.ts';
import type { PeerId, RemedyCause, RemedyId } from './remedies-vocabulary.ts';

export const REMEDIES_SCHEMA_ID = 'closewait/remedies/v1';

/** What `closewait lab remedies --json` prints: what each remedy did to each cause, measured on real sockets. */
export interface RemediesDocument {
  readonly schema: typeof REMEDIES_SCHEMA_ID;
  /** RFC 3339. */
  readonly takenAt: string;
  readonly host: { readonly name: string; readonly kernel: string };
  readonly tookMs: number;
  /** For so long each cell was watched after its remedy: "stayed" means for so long. */
  readonly watchedMs: number;
  /** Set in the private namespaces alone. */
  readonly sysctls: Readonly<Record<string, number>>;
  /** Rows, in their order. */
  readonly causes: readonly RemedyCause[];
  /** Columns, in their order, with what was done. */
  readonly remedies: readonly RemedyColumn[];
  readonly peers: readonly RemedyPeer[];
  readonly cells: readonly RemedyCell[];
}

export interface RemedyColumn {
  readonly id: RemedyId;
  readonly where: 'control' | 'inside' | 'outside';
  readonly title: string;
  readonly says: string;
}

export interface RemedyPeer {
  readonly id: PeerId;
  readonly letter: string;
  readonly title: string;
  readonly says: string;
}

interface CellPlace {
  readonly cause: RemedyCause;
  readonly remedy: RemedyId;
  readonly peer: PeerId;
}

/** One cause, one remedy, one kind of peer. */
export type RemedyCell = MeasuredCell | UnmeasuredCell;

export interface UnmeasuredCell extends CellPlace {
  readonly outcome: 'not-applicable' | 'not-measured';
  readonly why: string;
}

/** Times count from the moment of the remedy: when it was done from outside, or the FIN for what the program does. */
export interface MeasuredCell extends CellPlace {
  readonly outcome: 'measured';
  /** What the kernel answered to what was done from outside: `ok` or an error; null for what is in the program. */
  readonly answer: string | null;
  readonly connection: {
    /**
     * - `ended`: nothing of this end is left (TIME-WAIT aside).
     * - `moved`: it has left CLOSE-WAIT and is there still, in `state`.
     * - `stayed`: in CLOSE-WAIT for as long as it was watched.
     */
    readonly result: 'ended' | 'moved' | 'stayed';
    /** When it left CLOSE-WAIT; null: it did not, or was not in it. */
    readonly leftAfterMs: number | null;
    /** At the end of the watching. */
    readonly state: TcpState;
  };
  readonly descriptor: {
    /** What keeps the socket: a descriptor, a place in an accept queue, or a message that nobody has received. */
    readonly heldBy: 'descriptor' | 'accept-queue' | 'message';
    readonly freed: boolean;
    /** Null: not freed, or seen only at the end. */
    readonly afterMs: number | null;
  };
  readonly worker: {
    /**
     * - `free`: it serves others, with nothing done about the connection too.
     * - `freed`: it serves again, and would not have.
     * - `lost`: it serves nobody, for as long as it was watched.
     */
    readonly result: 'free' | 'freed' | 'lost';
    readonly afterMs: number | null;
  };
  /** States of both ends, the first two from the moment of the remedy. CLOSED: the kernel lists no such socket. */
  readonly transitions: readonly CellTransition[];
  /** Calls of the program since then, repeated answers once. */
  readonly ownerSees: readonly CellCall[];
  /** What calls on the descriptor answered after the watching, where it was still open. */
  readonly ownerWouldSee: readonly Omit<CellCall, 'atMs'>[];
  readonly peerSees: readonly CellCall[];
  /** On the wire, equal ones in a row once. What was sent to a vanished peer did not reach it. */
  readonly segments: readonly CellSegment[];
}

export interface CellTransition {
  readonly atMs: number;
  readonly end: 'own' | 'peer';
  readonly state: TcpState;
  /** `segment`: follows from one by RFC 9293; `sock_diag`: seen in the kernel's list. */
  readonly from: 'segment' | 'sock_diag';
}

export interface CellCall {
  readonly atMs: number;
  readonly call: string;
  readonly answer: string;
}

export interface CellSegment {
  readonly atMs: number;
  readonly by: 'own' | 'peer';
  /** `FIN,ACK`, `PSH,ACK 12 bytes`, `probe`. */
  readonly says: string;
  readonly count: number;
}

import type { TcpState } from '../tcp/index.ts';

/** The document that `closewait lab syn-fin --json` prints. */
export const SYN_FIN_SCHEMA_ID = 'closewait/syn-fin/v1';

/** What meets the segments. Each trial has a network namespace of its own, so that no other trial is in its counters. */
export const SYN_FIN_TARGETS = [
  'closed-port',
  'listener',
  'syn-received',
  'fast-open-child',
  'established',
  'syn-sent',
] as const;
export type SynFinTarget = (typeof SYN_FIN_TARGETS)[number];

/** What a trial tries; `handshake-fin` and `fast-open-data` are controls. */
export const SYN_FIN_PROBES = [
  'syn',
  'syn-fin',
  'syn-fin-data',
  'syn-fin-cookie',
  'syn-fin-repeated',
  'syn-fin-in-window',
  'syn-fin-outside',
  'syn-fin-ack',
  'syn-rst',
  'fin',
  'null',
  'xmas',
  'handshake-fin',
  'fast-open-data',
] as const;
export type SynFinProbe = (typeof SYN_FIN_PROBES)[number];

/** Settings of the trial's namespace. */
export const SYN_FIN_SETTINGS = ['cookies-0', 'cookies-1', 'cookies-2', 'fast-open'] as const;
export type SynFinSettings = (typeof SYN_FIN_SETTINGS)[number];

/**
 * Whether a step can be used.
 *
 * - `seen`: the kernel counted the segment, and the packet socket saw it and, afterwards, the RST that answers a segment to
 *   a closed port: an answer would have been seen.
 * - `not-delivered`: Tcp:InSegs did not rise by the segment.
 * - `not-watched`: the packet socket did not see what it should.
 * - `disturbed`: more segments were counted than were seen.
 * - `late`: a segment came so long after the trial's first one that a timer may have sent it, and not the kernel in answer.
 */
export const SYN_FIN_SIGHTS = ['seen', 'not-delivered', 'not-watched', 'disturbed', 'late'] as const;
export type SynFinSight = (typeof SYN_FIN_SIGHTS)[number];

/** A segment that the kernel sent. */
export interface SynFinAnswer {
  /** `SYN+ACK`. */
  readonly flags: string;
  /** SEG.ACK minus the sequence number of what was sent: 1 acknowledges a SYN, 2 a SYN and a FIN. Null without ACK. */
  readonly acknowledges: number | null;
  readonly payloadBytes: number;
  /** Since the segment was received. */
  readonly afterMs: number;
}

/** A socket of the namespace that is no listener. */
export interface SynFinSocket {
  readonly state: TcpState;
  /** False: it waits in the accept queue, or is only a request. */
  readonly hasFile: boolean;
  /** What the application has not read; an unread FIN counts as 1. */
  readonly rxQueueBytes: number;
}

/** One segment, and what came of it. */
export interface SynFinStep {
  /** `SYN+FIN`, `ACK`, `no flags`. */
  readonly flags: string;
  readonly payloadBytes: number;
  readonly sight: SynFinSight;
  readonly answers: readonly SynFinAnswer[];
  /** Counters that moved, of /proc/net/snmp (Tcp) and /proc/net/netstat (TcpExt, IpExt), with their group. */
  readonly counters: Readonly<Record<string, number>>;
  /** Segments that the listener's socket dropped (SK_MEMINFO_DROPS); null: no listener, or not told. */
  readonly listenerDrops: number | null;
  /** Connections that wait for accept(2) afterwards; null: no listener. */
  readonly acceptQueue: number | null;
  /** All sockets afterwards but listeners. */
  readonly sockets: readonly SynFinSocket[];
}

/** One probe at one target with some settings. */
export interface SynFinTrial {
  readonly target: SynFinTarget;
  readonly probe: SynFinProbe;
  readonly settings: SynFinSettings;
  /** Null: measured. Otherwise what kept the trial from being made. */
  readonly notMade: string | null;
  readonly steps: readonly SynFinStep[];
}

/**
 * What became of a segment with SYN and FIN.
 *
 * - `dropped`: no answer and no socket, and a handshake cannot be completed afterwards.
 * - `refused`: answered by RST, no socket.
 * - `fin-ignored`: what a SYN does has happened, what a FIN does has not.
 * - `close-wait`: a connection is in CLOSE-WAIT.
 * - `unchanged`: the connection is in the state in which it was.
 * - `ended`: the connection, or the request for one, is gone.
 * - `differs`: not the same with all settings.
 * - `undecided`: not measured, or not to be used.
 */
export const SYN_FIN_FATES = [
  'dropped',
  'refused',
  'fin-ignored',
  'close-wait',
  'unchanged',
  'ended',
  'differs',
  'undecided',
] as const;
export type SynFinFate = (typeof SYN_FIN_FATES)[number];

/** The fate of one probe at one target, with all settings that were tried. */
export interface SynFinFateOf {
  readonly target: SynFinTarget;
  readonly probe: SynFinProbe;
  readonly fate: SynFinFate;
  readonly settings: readonly SynFinSettings[];
}

/** Something that has to be so, or nothing follows from the other trials. */
export interface SynFinControl {
  readonly says: string;
  readonly holds: boolean;
}

/** What follows from the trials, for this kernel. */
export interface SynFinVerdict {
  /** Whether any segment with SYN and FIN made, or moved a connection to, CLOSE-WAIT. */
  readonly makesCloseWait: 'no' | 'yes' | 'undecided';
  /** What a listener does with SYN+FIN, with and without data or cookie. */
  readonly listener: SynFinFate;
  /** What became of each segment with SYN and FIN, whatever it was sent to. */
  readonly fates: readonly SynFinFateOf[];
  readonly controls: readonly SynFinControl[];
  /** Sentences: the first one is the verdict, the others what it rests on. */
  readonly says: readonly string[];
}

/** The whole experiment. */
export interface SynFinReport {
  readonly schema: typeof SYN_FIN_SCHEMA_ID;
  /** RFC 3339, UTC. */
  readonly takenAt: string;
  /** `Linux 6.18.44`. */
  readonly kernel: string;
  /** How long each segment was given to be answered. */
  readonly windowMs: number;
  readonly tookMs: number;
  readonly trials: readonly SynFinTrial[];
  readonly verdict: SynFinVerdict;
}

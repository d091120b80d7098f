import type { Confidence } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';
import type { SeenOpening } from './captured-connection.ts';
import type { UnreadContent } from './captured-packet.ts';
import type { DoubtId, Verdict } from './verdict.ts';

/** Identifier of the document's schema; a breaking change raises the number. */
export const CAPTURE_SCHEMA_ID = 'closewait/capture/v1';

/** One end of a connection, as the capture shows it. Times are UTC; null: not seen. */
export interface CaptureEndDocument {
  /** `192.0.2.1:443`, `[2001:db8::1]:443`. */
  readonly endpoint: string;
  /** When all that was seen has arrived; null where nothing of this end was seen. After TIME-WAIT no timer is followed. */
  readonly state: TcpState | null;
  /** When the last segments on their way to it have not arrived; empty where that makes no difference. */
  readonly statesIfLost: readonly TcpState[];
  readonly segments: number;
  /** Octets of data that were seen of it, repeated ones once. */
  readonly dataOctets: number;
  /** Octets of its sequence space, a SYN or a FIN among them, that the capture has not seen. */
  readonly missingOctets: number;
  readonly synAt: string | null;
  readonly finAt: string | null;
  /** How often the FIN was sent. */
  readonly finSends: number;
  readonly finAcknowledgedAt: string | null;
  readonly resetAt: string | null;
  /** Since when it advertises a closed window at the end of the capture: the other end cannot send. */
  readonly windowClosedSince: string | null;
}

/** A FIN that one end owes, or owed when the capture ended. */
export interface OwedFinDocument {
  readonly endpoint: string;
  /** When the other end's FIN was seen first. */
  readonly since: string;
  /** From then to the end of the capture. */
  readonly ageMs: number;
  /** When this end acknowledged that FIN; null: not seen, so whether it has received it is not known. */
  readonly receivedAt: string | null;
  /** Up to when a segment of its own proves that it had not sent its FIN. */
  readonly provenUntil: string | null;
  readonly provenMs: number | null;
  /** New octets of data that it sent after it had acknowledged the FIN: a half-close in use (RFC 9293 section 3.6). */
  readonly octetsAfterFin: number;
  readonly lastDataAt: string | null;
}

/** Why a verdict is not surer, or why there is none. */
export interface DoubtDocument {
  readonly id: DoubtId;
  readonly says: string;
  /** What would decide; null where nothing does any more. */
  readonly decides: string | null;
}

/** One connection and what can be said about it. */
export interface CapturedConnectionDocument {
  /** The one that opened it first; where `opening` is `not-seen`, the one that was seen first. */
  readonly ends: readonly [CaptureEndDocument, CaptureEndDocument];
  readonly opening: SeenOpening;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly verdict: Verdict['kind'];
  /** Only of `half-closed`. */
  readonly confidence: Confidence | null;
  /** Of `half-closed`, `half-close-in-use`, and `cannot-say` where one FIN was seen and not the other. */
  readonly owes: OwedFinDocument | null;
  /** Of `closed`: between the first FIN of the one end and that of the other. */
  readonly betweenFinsMs: number | null;
  /** Of `reset`: the end that sent it. */
  readonly resetBy: string | null;
  readonly doubts: readonly DoubtDocument[];
  /** Segments outside of any window, and RSTs that nobody takes. */
  readonly strays: number;
}

/** An endpoint that owes its FIN on connections. */
export interface OwingEndpointDocument {
  readonly endpoint: string;
  readonly count: number;
  readonly byConfidence: Readonly<Record<Confidence, number>>;
  readonly oldestSince: string;
  readonly oldestAgeMs: number;
  /** The oldest first. */
  readonly connections: readonly CapturedConnectionDocument[];
}

/** Something about the whole capture that limits what it can tell. */
export interface CaptureNote {
  readonly id:
    | 'capture-dropped'
    | 'drops-unknown'
    | 'timestamps-run-back'
    | 'control-only'
    | 'octets-missing'
    | 'damaged'
    | 'forgotten'
    | 'fragments'
    | 'cut'
    | 'malformed'
    | 'link-not-read'
    | 'end-unknown';
  readonly says: string;
}

/** What a capture tells about its connections: `closewait pcap FILE --json`. */
export interface CaptureDocument {
  readonly schema: typeof CAPTURE_SCHEMA_ID;
  /** As it was named; `-` for standard input. */
  readonly file: string;
  /** What read the file and its link layers. */
  readonly tool: string;
  readonly packets: {
    readonly read: number;
    readonly segments: number;
    readonly tagged: number;
    readonly unread: Readonly<Record<UnreadContent, number>>;
  };
  readonly links: readonly { readonly name: string; readonly packets: number }[];
  /** Null: there is no packet with a time. */
  readonly firstAt: string | null;
  readonly endedAt: string | null;
  /** Whether `endedAt` is when the capture stopped, as the file says, or only its last packet. */
  readonly endIs: 'last-packet' | 'capture-stopped';
  /** Packets that the capture itself says it dropped; null: it does not say. */
  readonly dropped: number | null;
  readonly minAgeMs: number;
  /** Connections by verdict, after the selection. */
  readonly verdicts: Readonly<Record<Verdict['kind'], number>>;
  /** Connections of which one cannot say, by the reasons. */
  readonly cannotSay: readonly { readonly id: DoubtId; readonly says: string; readonly count: number }[];
  /** Connections that were not followed to their end because there were too many. */
  readonly forgotten: number;
  /** The longest time from the first FIN of a connection to the second. */
  readonly slowestClose: CapturedConnectionDocument | null;
  /** Who owes its FIN, the oldest first. */
  readonly owing: readonly OwingEndpointDocument[];
  /** Every other connection that had not ended; with --all also those that had. */
  readonly connections: readonly CapturedConnectionDocument[];
  readonly notes: readonly CaptureNote[];
}

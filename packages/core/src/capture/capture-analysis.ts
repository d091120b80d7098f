import { CaptureTracker, type TrackerLimits } from './capture-tracker.ts';
import type { CapturedConnection } from './captured-connection.ts';
import type { CapturedPacket, UnreadContent } from './captured-packet.ts';
import { FIN, RST, SYN } from './captured-segment.ts';
import { judgeConnection } from './judge-connection.ts';
import type { CaptureTrust, DoubtId, Verdict } from './verdict.ts';

/** A connection and what is said of it. */
export interface JudgedConnection {
  readonly connection: CapturedConnection;
  readonly verdict: Verdict;
}

/** What a capture consists of. */
export interface CaptureCounts {
  readonly packets: number;
  readonly segments: number;
  readonly unread: Readonly<Record<UnreadContent, number>>;
  /** Packets with a VLAN tag. */
  readonly tagged: number;
  /** Packets of each link layer, in the order in which they were met. */
  readonly links: ReadonlyMap<string, number>;
  /** Null: no packet, or none with a time. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** What is known of a capture beside its packets. */
export interface CaptureEnding {
  readonly minAgeMs: number;
  /** When the file says that the capture stopped; null where it does not. */
  readonly stoppedMs: number | null;
  /** What the file says was dropped; null where it does not. */
  readonly dropped: number | null;
}

/** Everything that a capture tells about its connections. */
export interface CaptureFindings {
  readonly counts: CaptureCounts;
  readonly trust: CaptureTrust;
  readonly endIs: 'last-packet' | 'capture-stopped';
  /** Connections by verdict, those of `connections` among them. */
  readonly verdicts: Readonly<Record<Verdict['kind'], number>>;
  /** Connections of which one cannot say, by the reasons; one may have several. */
  readonly cannotSay: ReadonlyMap<DoubtId, number>;
  readonly forgotten: number;
  /** The longest time between two FINs of a connection, that is from the first close to the second. */
  readonly slowestClose: JudgedConnection | null;
  /** Those that had not ended when the capture did; with `keepsEnded` all. */
  readonly connections: readonly JudgedConnection[];
}

/** How an analysis is made. */
export interface AnalysisOptions {
  /** Keeps also what has ended: memory then grows with the capture. Default false. */
  readonly keepsEnded?: boolean;
  /** Connections to look at; default all. */
  readonly selects?: (connection: CapturedConnection) => boolean;
  readonly limits?: Partial<TrackerLimits>;
}

/** Takes the packets of a capture one by one, in the order of the file, in memory that is bounded unless ended ones are kept. */
export class CaptureAnalysis {
  readonly #tracker: CaptureTracker;
  readonly #keepsEnded: boolean;
  readonly #selects: (connection: CapturedConnection) => boolean;
  readonly #unread = { 'not-tcp': 0, fragment: 0, cut: 0, malformed: 0, 'link-not-read': 0 };
  readonly #links = new Map<string, number>();
  readonly #notRead = new Set<string>();
  readonly #verdicts = { ...NONE };
  readonly #ended: JudgedConnection[] = [];
  readonly #doubts = new Map<DoubtId, number>();
  #slowestClose: JudgedConnection | null = null;
  #packets = 0;
  #segments = 0;
  #tagged = 0;
  #plainSegments = 0;
  #firstMs: number | null = null;
  #lastMs: number | null = null;
  #disorderMs = 0;
  #gapped = 0;

  constructor({ keepsEnded = false, selects = () => true, limits = {} }: AnalysisOptions = {}) {
    this.#keepsEnded = keepsEnded;
    this.#selects = selects;
    this.#tracker = new CaptureTracker((connection) => this.#retire(connection), limits);
  }

  /** The next packet. */
  add({ atMs, link, isTagged, content }: CapturedPacket): void {
    this.#packets++;
    this.#links.set(link, (this.#links.get(link) ?? 0) + 1);
    if (content.kind === 'link-not-read') this.#notRead.add(link);
    if (isTagged) this.#tagged++;
    if (atMs !== null) this.#see(atMs);
    if (content.kind !== 'segment') {
      this.#unread[content.kind]++;
      return;
    }
    this.#segments++;
    if ((content.segment.bits & (SYN | FIN | RST)) === 0) this.#plainSegments++;
    this.#tracker.add(content.segment);
  }

  /** How many packets were taken. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets of link layers that are not read, and what these are. */
  get linksNotRead(): { readonly packets: number; readonly names: readonly string[] } {
    return { packets: this.#unread['link-not-read'], names: [...this.#notRead] };
  }

  /** The latest time of a packet; null as long as there is none. */
  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** Judges what is left. The analysis takes nothing afterwards. */
  finish({ minAgeMs, stoppedMs, dropped }: CaptureEnding): CaptureFindings {
    const lastMs = this.#lastMs ?? 0;
    const isStopped = stoppedMs !== null && stoppedMs >= lastMs;
    const rest = this.#tracker.drain();
    const isControlOnly = this.#plainSegments === 0;
    for (const connection of rest) this.#countGaps(connection);
    const trust: CaptureTrust = {
      endMs: isStopped ? stoppedMs : lastMs,
      minAgeMs,
      disorderMs: this.#disorderMs,
      isControlOnly,
      gappedConnections: isControlOnly ? 0 : this.#gapped,
      dropped,
    };
    const judged = rest
      .filter((connection) => this.#selects(connection))
      .map((connection) => ({ connection, verdict: judgeConnection(connection, trust) }));
    for (const each of judged) this.#count(each);
    return {
      counts: {
        packets: this.#packets,
        segments: this.#segments,
        unread: { ...this.#unread },
        tagged: this.#tagged,
        links: this.#links,
        firstMs: this.#firstMs,
        lastMs: this.#lastMs,
      },
      trust,
      endIs: isStopped ? 'capture-stopped' : 'last-packet',
      verdicts: { ...this.#verdicts },
      cannotSay: this.#doubts,
      forgotten: this.#tracker.forgotten,
      slowestClose: this.#slowestClose,
      connections: [...this.#ended, ...judged.filter(({ verdict }) => this.#keepsEnded || !isEnded(verdict))],
    };
  }

  #see(atMs: number): void {
    this.#firstMs = Math.min(this.#firstMs ?? atMs, atMs);
    if (this.#lastMs !== null) this.#disorderMs = Math.max(this.#disorderMs, this.#lastMs - atMs);
    this.#lastMs = Math.max(this.#lastMs ?? atMs, atMs);
  }

  /** What the tracker hands on has ended: its verdict does not depend on how the capture ends. */
  #retire(connection: CapturedConnection): void {
    this.#countGaps(connection);
    if (!this.#selects(connection)) return;
    const judged = { connection, verdict: judgeConnection(connection, ENDED) };
    this.#count(judged);
    if (this.#keepsEnded) this.#ended.push(judged);
  }

  #countGaps({ ends }: CapturedConnection): void {
    if (ends.some(({ stream }) => stream !== null && stream.missingOctets > 0)) this.#gapped++;
  }

  #count(judged: JudgedConnection): void {
    const { verdict } = judged;
    this.#verdicts[verdict.kind]++;
    if (verdict.kind === 'cannot-say') {
      for (const doubt of verdict.doubts) this.#doubts.set(doubt, (this.#doubts.get(doubt) ?? 0) + 1);
    }
    if (verdict.kind !== 'closed') return;
    const slowest = this.#slowestClose?.verdict;
    if (slowest?.kind !== 'closed' || verdict.betweenFinsMs > slowest.betweenFinsMs) this.#slowestClose = judged;
  }
}

const NONE: Readonly<Record<Verdict['kind'], number>> = {
  closed: 0,
  reset: 0,
  'half-closed': 0,
  'half-close-in-use': 0,
  open: 0,
  unanswered: 0,
  'cannot-say': 0,
};

/** Of connections that have ended only these are asked for, and none of it matters. */
const ENDED: CaptureTrust = {
  endMs: 0,
  minAgeMs: 0,
  disorderMs: 0,
  isControlOnly: false,
  gappedConnections: 0,
  dropped: null,
};

/** Nothing is left to follow up. Connections that nobody answered are of no interest either. */
function isEnded({ kind }: Verdict): boolean {
  return kind === 'closed' || kind === 'reset' || kind === 'unanswered';
}

import type { Endpoint } from '../facts/index.ts';
import type { Opening, TcpState } from '../tcp/index.ts';
import { EndState } from './end-state.ts';
import { Stream } from './stream.ts';

/** The FIN of an end. */
export interface SeenFin {
  /** Sequence number of the FIN itself, and the one behind it. */
  readonly sequence: number;
  readonly end: number;
  readonly firstMs: number;
  lastMs: number;
  /** How often it was sent, copies of one packet at two interfaces counted once. */
  sends: number;
  acknowledgedMs: number | null;
}

/** What an end has said since it acknowledged the other's FIN, and before its own. */
export interface AfterFin {
  /** When its acknowledgment of the FIN was seen: from then on it surely knows. */
  readonly receivedMs: number;
  octets: number;
  lastDataMs: number | null;
  /** The longest time without new data, the one before the first counted. */
  longestPauseMs: number;
  /** Up to when a segment of its own proves that it had not sent a FIN. */
  provenMs: number;
}

/** One end of a connection, as a capture shows it. Mutable: it lives inside of the tracker. */
export class CapturedEnd {
  readonly endpoint: Endpoint;
  readonly state: EndState;
  /** Null as long as nothing tells where its sequence numbers are. */
  stream: Stream | null = null;
  /** Its initial sequence number, also where only the other end's acknowledgment of it was seen. */
  initialSequence: number | null = null;
  synMs: number | null = null;
  isSynAcknowledged = false;
  fin: SeenFin | null = null;
  afterFin: AfterFin | null = null;
  /** A RST that the other end must take for one. */
  resetMs: number | null = null;
  /** Segments that were seen of it. */
  segments = 0;
  /** New octets of data that were seen of it. */
  dataOctets = 0;
  lastMs: number | null = null;
  /** What it last advertised, not scaled; null before it has. */
  window: number | null = null;
  /** Since when its window is closed: the other end then cannot send, and its FIN waits behind its data. */
  windowClosedMs: number | null = null;
  hasFragments = false;

  constructor(endpoint: Endpoint, state: TcpState, opening: Opening) {
    this.endpoint = endpoint;
    this.state = new EndState(state, opening);
  }

  /** Where its sequence numbers are becomes known. */
  beginAt(sequence: number): Stream {
    this.stream ??= new Stream(sequence);
    return this.stream;
  }

  /**
   * Whether a FIN of it would have been seen unless the capture lost it: its beginning was, or data, and nobody sends
   * data after a FIN.
   */
  get isFollowed(): boolean {
    return this.synMs !== null || this.initialSequence !== null || this.dataOctets > 0;
  }

  /** Whether the last octet before its edge was not seen: that can have been a FIN. */
  get mayHideFin(): boolean {
    return this.fin === null && this.stream !== null && this.stream.isUnseenBefore(this.stream.edge);
  }
}

import type { SocketFacts } from '../facts/index.ts';

/** The other side of a relay: a socket in FIN-WAIT-2 that passed the end on. */
export interface RelayLeg {
  readonly socket: SocketFacts;
  /** Since the peer acknowledged its FIN. */
  readonly ageMs: number;
  /** The process that holds it, and the descriptor there. */
  readonly pid: number;
  readonly fd: number;
}

/**
 * Legs of one process that have sent as many bytes in the same moment, and whose other ends the same processes hold: any of
 * them is as good as the next. Taken from its two ends, so that 100,000 that are alike cost a step each.
 */
export class LegQueue {
  /** The processes that hold the other ends, where these are on this host. */
  readonly peers: readonly number[];
  /** The youngest first. */
  readonly #legs: readonly RelayLeg[];
  #from = 0;
  #to: number;

  constructor(peers: readonly number[], legs: readonly RelayLeg[]) {
    this.peers = peers;
    this.#legs = legs.toSorted((a, b) => a.ageMs - b.ageMs);
    this.#to = legs.length;
  }

  /** One whose age differs by `mostMs` or less, and which is then taken; the ages in here differ by less. */
  take(ageMs: number, mostMs: number): RelayLeg | null {
    if (this.#from === this.#to) return null;
    const youngest = this.#legs[this.#from];
    if (youngest !== undefined && Math.abs(youngest.ageMs - ageMs) <= mostMs) {
      this.#from++;
      return youngest;
    }
    const oldest = this.#legs[this.#to - 1];
    if (oldest === undefined || Math.abs(oldest.ageMs - ageMs) > mostMs) return null;
    this.#to--;
    return oldest;
  }
}

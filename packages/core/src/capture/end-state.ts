import { type Opening, step, type TcpEvent, type TcpState } from '../tcp/index.ts';
import { distance } from './sequence.ts';

/** A segment on its way to an end, of which the capture cannot know whether it has arrived. */
interface Arrival {
  readonly event: TcpEvent;
  /** The end has received it once it has acknowledged up to here; null: nothing it says can prove that. */
  proof: number | null;
  /** A FIN counts when everything before it has arrived: this is the sequence number of the FIN. */
  readonly behind: number | null;
}

/** What an end may be in, as far as the capture tells. */
export interface EndStates {
  /** When everything that was seen has arrived. */
  readonly state: TcpState;
  /** When the last segments on their way to it have not arrived: the surest first, without `state`. */
  readonly ifLost: readonly TcpState[];
}

/**
 * The state of one end, driven by core/tcp. A capture shows what was sent. What has been received shows later, in what
 * the receiver acknowledges: until then an arrival waits, and the end has two possible states.
 */
export class EndState {
  #state: TcpState;
  #opening: Opening;
  #waiting: Arrival[] = [];

  /** `ESTABLISHED` for a connection that the capture joins in the middle. */
  constructor(state: TcpState, opening: Opening) {
    this.#state = state;
    this.#opening = opening;
  }

  /** The state that is proven by what the end itself has sent. */
  get proven(): TcpState {
    return this.#state;
  }

  get opening(): Opening {
    return this.#opening;
  }

  /** Something that the end has surely done or that has surely happened to it. */
  happen(event: TcpEvent): void {
    if (event === 'active OPEN') this.#opening = 'active';
    this.#state = step(this.#state, event, this.#opening).state;
  }

  /** A segment was seen on its way to this end. */
  expect(event: TcpEvent, proof: number | null, behind: number | null = null): void {
    this.#waiting.push({ event, proof, behind });
  }

  /** Further new octets were seen: whoever acknowledges them has received their acknowledgment field as well. */
  proveBy(sequence: number): void {
    for (const arrival of this.#waiting) {
      if (arrival.event !== 'rcv RST') arrival.proof ??= sequence;
    }
  }

  /** The end has acknowledged everything before `sequence`. Acknowledgments are cumulative: what came before it counts too. */
  acknowledges(sequence: number): void {
    if (this.#waiting.length === 0) return;
    const proven = this.#waiting.findLastIndex(({ proof }) => proof !== null && distance(sequence, proof) >= 0);
    for (const { event } of this.#waiting.splice(0, proven + 1)) {
      if (event !== 'rcv RST') this.happen(event);
    }
  }

  /** @param isWholeUpTo whether everything before a sequence number of the other end can have arrived */
  read(isWholeUpTo: (sequence: number) => boolean): EndStates {
    let state = this.#state;
    // Each of them may have arrived although one before it has not.
    let possible: ReadonlySet<TcpState> = new Set([state]);
    for (const { event, behind } of this.#waiting) {
      if (behind !== null && !isWholeUpTo(behind)) continue;
      const after = [...possible].map((before) => step(before, event, this.#opening).state);
      possible = new Set([...possible, ...after]);
      state = step(state, event, this.#opening).state;
    }
    return { state, ifLost: [...possible].filter((other) => other !== state) };
  }
}

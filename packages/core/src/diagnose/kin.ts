import type { SocketFacts } from '../facts/index.ts';
import { byDataAge } from './process-view.ts';
import type { Traits } from './traits.ts';

/** All stuck connections that belong to one process: what one of them means depends on the others. */
export class Kin {
  readonly #sockets: SocketFacts[] = [];
  readonly #inService: SocketFacts[] = [];
  #inServiceByAge: readonly SocketFacts[] | undefined;
  /** Data age of the connection in service that was accepted last, and of the untouched one that was accepted first. */
  #latestServedMs = Number.MAX_VALUE;
  #firstWaitingMs = -1;

  /** @param info and traits: those of the socket. */
  add(socket: SocketFacts, info: SocketFacts['info'], { progress }: Traits): void {
    this.#sockets.push(socket);
    if (socket.inode === 0 || progress === 'unknown') return;
    const ageMs = info.known ? info.value.lastDataReceivedMs : 0;
    if (progress === 'untouched') {
      this.#firstWaitingMs = Math.max(this.#firstWaitingMs, ageMs);
      return;
    }
    this.#inService.push(socket);
    this.#latestServedMs = Math.min(this.#latestServedMs, ageMs);
  }

  get sockets(): readonly SocketFacts[] {
    return this.#sockets;
  }

  /** Accepted, and something of them was read. */
  get inService(): readonly SocketFacts[] {
    return this.#inService;
  }

  /** The same, the latest data first; sorted once, when all of them are here. */
  get inServiceByAge(): readonly SocketFacts[] {
    this.#inServiceByAge ??= byDataAge(this.#inService);
    return this.#inServiceByAge;
  }

  /**
   * Whether others were accepted later than those in service, and not one byte of them was read: a pool without a free
   * worker. A program that leaks connections at random has no such order.
   */
  get isQueuedBehind(): boolean {
    if (this.#inService.length === 0 || this.#firstWaitingMs < 0) return false;
    return this.#latestServedMs + SAME_MOMENT_MS >= this.#firstWaitingMs;
  }
}

const SAME_MOMENT_MS = 50;

import type { StuckConnection } from './finding.ts';
import { progressOf } from './traits.ts';

/** All stuck connections that belong to one process: what one of them means depends on the others. */
export class Kin {
  readonly connections: readonly StuckConnection[];
  #inService: readonly StuckConnection[] | undefined;
  #isQueued: boolean | undefined;

  constructor(connections: readonly StuckConnection[]) {
    this.connections = connections;
  }

  /** Accepted, and something of them was read. A process may have 100,000: sorted once. */
  get inService(): readonly StuckConnection[] {
    this.#inService ??= this.connections.filter(({ socket }) => {
      const progress = progressOf(socket);
      return socket.inode > 0 && progress !== 'untouched' && progress !== 'unknown';
    });
    return this.#inService;
  }

  /**
   * Whether others were accepted later than those in service, and not one byte of them was read: a pool without a free
   * worker. A program that leaks connections at random has no such order.
   */
  get isQueuedBehind(): boolean {
    this.#isQueued ??= this.#readOrder();
    return this.#isQueued;
  }

  #readOrder(): boolean {
    const waiting = this.connections.filter(({ socket }) => socket.inode > 0 && progressOf(socket) === 'untouched');
    if (this.inService.length === 0 || waiting.length === 0) return false;
    const latestServed = this.inService.reduce((least, one) => Math.min(least, dataAgeMs(one)), Number.MAX_VALUE);
    const firstWaiting = waiting.reduce((most, one) => Math.max(most, dataAgeMs(one)), 0);
    return latestServed + SAME_MOMENT_MS >= firstWaiting;
  }
}

const SAME_MOMENT_MS = 50;

function dataAgeMs({ socket: { info } }: StuckConnection): number {
  return info.known ? info.value.lastDataReceivedMs : 0;
}

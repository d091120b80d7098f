import { type Facts, type Holder, type SocketFacts, valueOr } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { getOrMake } from './get-or-make.ts';

/** The other side of a relay: a socket in FIN-WAIT-2 that passed the end on. */
export interface RelayLeg {
  readonly socket: SocketFacts;
  /** The process that holds it, and the descriptor there. */
  readonly pid: number;
  readonly fd: number;
}

/** A relay passes an end on when it sees it; generous for one that is busy. */
const SAME_MOMENT_MS = 2000;
/** Of another process: fewer bytes may agree by chance. */
const TELLING_BYTES = 8;

/**
 * Finds for connections in CLOSE-WAIT the socket in FIN-WAIT-2 of the same process, or of its parent or child,
 * that has the same age and has sent as many bytes as the connection received. Each leg serves once.
 */
export class RelayLegs {
  readonly #facts: Facts;
  /** By bytes sent, then by age in parts of {@link SAME_MOMENT_MS}. */
  readonly #legs = new Map<number, Map<number, RelayLeg[]>>();
  #peers: ReadonlyMap<string, readonly Holder[]> | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
    // Most hosts have 100,000 of the one and none of the other.
    if (facts.countByState?.['CLOSE-WAIT'] === facts.sockets.length) return;
    for (const socket of facts.sockets) if (socket.state === 'FIN-WAIT-2') this.#add(socket);
  }

  get hasLegs(): boolean {
    return this.#legs.size > 0;
  }

  #add(socket: SocketFacts): void {
    const [holder] = this.#facts.holders.get(socket.inode) ?? [];
    if (holder === undefined || !socket.info.known) return;
    const { bytesSent, lastAckReceivedMs } = socket.info.value;
    const byMoment = getOrMake(this.#legs, bytesSent, () => new Map<number, RelayLeg[]>());
    const legs = getOrMake(byMoment, momentOf(lastAckReceivedMs), () => []);
    legs.push({ socket, pid: holder.pid, fd: holder.fd });
  }

  take({ socket, holders, age: { ms } }: StuckConnection): RelayLeg | null {
    if (!this.hasLegs) return null;
    // Nothing received proves nothing: every connection without data has sent as much. An end that is unread was not
    // passed on.
    if (!socket.info.known || ms === null || socket.info.value.bytesReceived <= 1 || socket.rxQueueBytes > 0)
      return null;
    // The peer's FIN counts as a byte received, the own one not as a byte sent.
    const bytes = socket.info.value.bytesReceived - 1;
    const byMoment = this.#legs.get(bytes);
    if (byMoment === undefined) return null;
    const pids = holders.map(({ pid }) => pid);
    const fits = (leg: RelayLeg): boolean => {
      const legAge = leg.socket.info.known ? leg.socket.info.value.lastAckReceivedMs : Number.NaN;
      if (Math.abs(legAge - ms) > SAME_MOMENT_MS) return false;
      const isOwn = pids.includes(leg.pid) || (bytes >= TELLING_BYTES && this.#isKin(leg.pid, pids));
      // Clients on this host have sent as much as their server received: those are no legs of it.
      return isOwn && !this.#peersOf(leg).some(({ pid }) => pids.includes(pid));
    };
    for (const moment of [momentOf(ms), momentOf(ms) - 1, momentOf(ms) + 1]) {
      const legs = byMoment.get(moment) ?? [];
      const at = legs.findIndex(fits);
      const [leg] = at < 0 ? [] : legs.splice(at, 1);
      if (leg !== undefined) return leg;
    }
    return null;
  }

  /** Who holds the connection in CLOSE-WAIT that is the other end of this leg. */
  #peersOf({ socket }: RelayLeg): readonly Holder[] {
    this.#peers ??= peersByPair(this.#facts);
    return this.#peers.get(pairKey(socket, false)) ?? [];
  }

  #isKin(pid: number, others: readonly number[]): boolean {
    const parentOf = (one: number): number => {
      const process = this.#facts.processes.get(one);
      return process === undefined ? 0 : valueOr(process.parentPid, 0);
    };
    return others.some((other) => parentOf(pid) === other || parentOf(other) === pid);
  }
}

function momentOf(ageMs: number): number {
  return Math.floor(ageMs / SAME_MOMENT_MS);
}

/** Holders of connections in CLOSE-WAIT by the ends of their peer. Made where a leg fits: it is a text for each of them. */
function peersByPair({ sockets, holders }: Facts): ReadonlyMap<string, readonly Holder[]> {
  const peers = new Map<string, readonly Holder[]>();
  for (const socket of sockets) {
    if (socket.state === 'CLOSE-WAIT') peers.set(pairKey(socket, true), holders.get(socket.inode) ?? []);
  }
  return peers;
}

/** Namespaces are left out: the two ends may be in two of them. */
function pairKey({ local, remote }: SocketFacts, reversed: boolean): string {
  const [a, b] = reversed ? [remote, local] : [local, remote];
  return `${a.address}:${a.port} ${b.address}:${b.port}`;
}

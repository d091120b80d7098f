import { type Facts, type Holder, type SocketFacts, valueOr } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { getOrMake } from './get-or-make.ts';
import { LegQueue, type RelayLeg } from './leg-queue.ts';

/** A relay passes an end on when it sees it; generous for one that is busy. */
const SAME_MOMENT_MS = 2000;
/** Of another process: fewer bytes may agree by chance. */
const TELLING_BYTES = 8;

/** Legs that were added, by process. */
type LegsByPid = Map<number, RelayLeg[]>;

/**
 * Finds for connections in CLOSE-WAIT the socket in FIN-WAIT-2 of the same process, or of its parent or child,
 * that has the same age and has sent as many bytes as the connection received. Each leg serves once.
 */
export class RelayLegs {
  readonly #facts: Facts;
  /** By bytes sent, then by age in parts of {@link SAME_MOMENT_MS}. */
  readonly #legs = new Map<number, Map<number, LegsByPid>>();
  /** Of the lists above, those that were asked for, by who holds the other ends. */
  readonly #queues = new Map<readonly RelayLeg[], readonly LegQueue[]>();
  #peers: PeerFinder | undefined;
  #children: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
    // Most hosts have 100,000 of the one and none of the other.
    if (facts.countByState?.['CLOSE-WAIT'] === facts.sockets.length) return;
    for (const socket of facts.sockets) if (socket.state === 'FIN-WAIT-2') this.#add(socket);
  }

  #add(socket: SocketFacts): void {
    const [holder] = this.#facts.holders.get(socket.inode) ?? [];
    if (holder === undefined || !socket.info.known) return;
    const { bytesSent, lastAckReceivedMs: ageMs } = socket.info.value;
    const byMoment = getOrMake(this.#legs, bytesSent, () => new Map<number, LegsByPid>());
    const byPid = getOrMake(byMoment, momentOf(ageMs), () => new Map<number, RelayLeg[]>());
    getOrMake(byPid, holder.pid, () => []).push({ socket, ageMs, pid: holder.pid, fd: holder.fd });
  }

  /** Whether any leg has sent as much as this connection received: most connections have none, and that is quickly told. */
  mayHaveLeg({ rxQueueBytes }: SocketFacts, info: SocketFacts['info']): boolean {
    // Nothing received proves nothing: every connection without data has sent as much. An end that is unread was not
    // passed on.
    if (this.#legs.size === 0 || !info.known || rxQueueBytes > 0) return false;
    const bytes = passedOn(info.value);
    return bytes > 0 && this.#legs.has(bytes);
  }

  take({ socket, holders, age: { ms } }: StuckConnection): RelayLeg | null {
    const { info } = socket;
    if (!this.mayHaveLeg(socket, info) || !info.known || ms === null) return null;
    const bytes = passedOn(info.value);
    const byMoment = this.#legs.get(bytes);
    const pids = new Set(holders.map(({ pid }) => pid));
    const candidates = bytes >= TELLING_BYTES ? this.#withKin(pids) : pids;
    for (const moment of [momentOf(ms), momentOf(ms) - 1, momentOf(ms) + 1]) {
      const byPid = byMoment?.get(moment);
      if (byPid === undefined) continue;
      for (const pid of candidates) {
        for (const queue of this.#queuesOf(byPid.get(pid))) {
          // Clients on this host have sent as much as their server received: those are no legs of it.
          if (queue.peers.some((peer) => pids.has(peer))) continue;
          const leg = queue.take(ms, SAME_MOMENT_MS);
          if (leg !== null) return leg;
        }
      }
    }
    return null;
  }

  #queuesOf(legs: readonly RelayLeg[] | undefined): readonly LegQueue[] {
    if (legs === undefined) return NO_QUEUES;
    return getOrMake(this.#queues, legs, () => {
      this.#peers ??= new PeerFinder(this.#facts);
      const byPeers = new Map<string, { readonly peers: readonly number[]; readonly legs: RelayLeg[] }>();
      for (const leg of legs) {
        const peers = [...new Set(this.#peers.holdersOfPeer(leg.socket).map(({ pid }) => pid))];
        getOrMake(byPeers, peers.join(), () => ({ peers, legs: [] })).legs.push(leg);
      }
      return [...byPeers.values()].map((one) => new LegQueue(one.peers, one.legs));
    });
  }

  /** The processes, then those among the owners of legs that are a parent or a child of one. */
  #withKin(pids: ReadonlySet<number>): ReadonlySet<number> {
    this.#children ??= this.#findChildren();
    const all = new Set(pids);
    for (const pid of pids) {
      const parent = this.#parentOf(pid);
      if (parent > 0) all.add(parent);
      for (const child of this.#children.get(pid) ?? []) all.add(child);
    }
    return all;
  }

  #findChildren(): ReadonlyMap<number, readonly number[]> {
    const owners = new Set<number>();
    for (const byMoment of this.#legs.values())
      for (const byPid of byMoment.values()) for (const pid of byPid.keys()) owners.add(pid);
    const children = new Map<number, number[]>();
    for (const pid of owners) {
      const parent = this.#parentOf(pid);
      if (parent > 0) getOrMake(children, parent, () => []).push(pid);
    }
    return children;
  }

  #parentOf(pid: number): number {
    const process = this.#facts.processes.get(pid);
    return process === undefined ? 0 : valueOr(process.parentPid, 0);
  }
}

const NO_QUEUES: readonly LegQueue[] = [];

/** The peer's FIN counts as a byte received, the own one not as a byte sent. */
function passedOn({ bytesReceived }: { readonly bytesReceived: number }): number {
  return bytesReceived - 1;
}

function momentOf(ageMs: number): number {
  return Math.floor(ageMs / SAME_MOMENT_MS);
}

/** Finds who holds the connection in CLOSE-WAIT that is the other end of a socket of this host. */
class PeerFinder {
  readonly #holders: Facts['holders'];
  /** Two numbers in one in place of a text with both addresses: there may be 100,000. */
  readonly #byPorts = new Map<number, SocketFacts[]>();

  constructor({ sockets, holders }: Facts) {
    this.#holders = holders;
    for (const socket of sockets) {
      if (socket.state !== 'CLOSE-WAIT') continue;
      getOrMake(this.#byPorts, keyOf(socket.remote.port, socket.local.port), () => []).push(socket);
    }
  }

  /** Namespaces are not compared: the two ends may be in two of them. */
  holdersOfPeer({ local, remote }: SocketFacts): readonly Holder[] {
    const peer = this.#byPorts
      .get(keyOf(local.port, remote.port))
      ?.findLast((socket) => socket.local.address === remote.address && socket.remote.address === local.address);
    return peer === undefined ? [] : (this.#holders.get(peer.inode) ?? []);
  }
}

function keyOf(portOfLeg: number, portOfPeer: number): number {
  return portOfLeg * 65_536 + portOfPeer;
}

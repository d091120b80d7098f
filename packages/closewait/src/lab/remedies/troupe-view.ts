import type { SocketFacts } from '@closewait/core/facts';
import type { CastCell } from './casting.ts';
import type { SlotLog } from './slot-log.ts';
import { endOf, endOfNowMs, type ReadSockets, type Timeline } from './timeline.ts';

/** Ports of the two ends of a cell's connection. */
export interface CellPorts {
  readonly own: number;
  readonly peer: number;
}

/** The sockets of a troupe's namespace, as the last look found them. */
export class TroupeView {
  readonly #network: { readonly inode: number; readonly path: string };
  readonly #readSockets: ReadSockets;
  readonly #peersLog: SlotLog;
  #sockets: ReadonlyMap<string, SocketFacts> = new Map();

  constructor(network: { readonly inode: number; readonly path: string }, readSockets: ReadSockets, peersLog: SlotLog) {
    this.#network = network;
    this.#readSockets = readSockets;
    this.#peersLog = peersLog;
  }

  /** Reads all sockets; with a timeline, their states join it. */
  look(timeline?: Timeline): void {
    const sockets = this.#readSockets(this.#network);
    timeline?.addLook(endOfNowMs(), sockets);
    this.#sockets = new Map(sockets.map((socket) => [endOf(socket.local.port, socket.remote.port), socket] as const));
  }

  /** Null until the connection is made. */
  portsOf(cell: CastCell): CellPorts | null {
    const client = this.#peersLog.find(cell.slot, 'connected')?.port;
    if (client === undefined) return null;
    return cell.serverPort === null ? { own: cell.port, peer: client } : { own: client, peer: cell.serverPort };
  }

  own(cell: CastCell): SocketFacts | null {
    const ports = this.portsOf(cell);
    return ports === null ? null : this.#find(ports.own, ports.peer);
  }

  peer(cell: CastCell): SocketFacts | null {
    const ports = this.portsOf(cell);
    return ports === null ? null : this.#find(ports.peer, ports.own);
  }

  /** The leg of a relay to its upstream. */
  otherLeg(cell: CastCell): SocketFacts | null {
    const port = this.#peersLog.find(cell.slot, 'upstream')?.port;
    return port === undefined || cell.upstreamPort === null ? null : this.#find(port, cell.upstreamPort);
  }

  listener(cell: CastCell): SocketFacts | null {
    return this.#find(cell.port, 0);
  }

  #find(localPort: number, remotePort: number): SocketFacts | null {
    return this.#sockets.get(endOf(localPort, remotePort)) ?? null;
  }
}

/** Whether a peer is as its cell says, and the connection with it. What is in the program may have acted already. */
export function isInPlace(cell: CastCell, view: TroupeView, peersLog: SlotLog, isInside: boolean): boolean {
  const { cause, peer, slot } = cell;
  const ownState = view.own(cell)?.state;
  const peerState = view.peer(cell)?.state;
  if (cause === 'closed-but-held') return ownState === undefined;
  const endsByItself = cause === 'writer-blocked' || cause === 'half-close-in-use';
  if (endsByItself && (peer === 'closed' || peer === 'expired')) return true;
  if (!isInside && ownState !== 'CLOSE-WAIT') return false;
  switch (peer) {
    case 'vanished':
      return peersLog.find(slot, 'vanished') !== null;
    case 'expired':
      return peerState !== 'FIN-WAIT-2' && peerState !== 'ESTABLISHED' && peerState !== 'FIN-WAIT-1';
    default:
      return isInside || peerState === 'FIN-WAIT-2';
  }
}

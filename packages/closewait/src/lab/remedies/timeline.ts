import { decodeTcpSegment, type TcpSegment } from '@closewait/core/codec';
import { ClosewaitError, type SocketFacts } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import type { PacketSocket } from '../../ffi/index.ts';

/** All sockets of a namespace, listeners and kernel's remainders too. */
export type ReadSockets = (network: { readonly inode: number; readonly path: string }) => readonly SocketFacts[];

/** A segment on `lo`. */
export interface SeenSegment {
  readonly atMs: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly segment: TcpSegment;
}

/** A look at the kernel's list of sockets. */
interface Look {
  /** When it was over: what it shows may be of any time since the one before. */
  readonly atMs: number;
  /** By local and remote port. */
  readonly states: ReadonlyMap<string, TcpState>;
}

/** The key of one end of a connection: all addresses are 127.0.0.1. */
export function endOf(localPort: number, remotePort: number): string {
  return `${localPort}>${remotePort}`;
}

/**
 * Milliseconds since the epoch, rounded down, in the clock of packet sockets and of the programs' logs (CLOCK_REALTIME).
 * performance.now() is finer and of another clock: it was seen to lag behind by a millisecond.
 */
export function nowMs(): number {
  return Date.now();
}

/** The same rounded up: what was done before is not later. */
export function endOfNowMs(): number {
  return Date.now() + 1;
}

/** What was seen of all connections of a namespace over time. */
export class Timeline {
  readonly looks: Look[] = [];
  /** By the key of the end that sent it. */
  readonly segments: Map<string, SeenSegment[]> = new Map();
  readonly #packets: PacketSocket;

  constructor(packets: PacketSocket) {
    this.#packets = packets;
  }

  addLook(atMs: number, sockets: readonly SocketFacts[]): void {
    const states = new Map(sockets.map(({ local, remote, state }) => [endOf(local.port, remote.port), state] as const));
    this.looks.push({ atMs, states });
  }

  /** Takes what the packet socket has got meanwhile. */
  takePackets(): void {
    for (;;) {
      const packet = this.#packets.receive();
      if (!packet.ok) throw new ClosewaitError('internal', `packet socket: ${packet.errno}`, packet);
      if (packet.value === null) return;
      const decoded = decodeTcpSegment(packet.value.bytes);
      if (!decoded.ok || decoded.value === null) continue;
      const { source, destination } = decoded.value;
      const key = endOf(source.port, destination.port);
      const seen = {
        atMs: Number(packet.value.atNs) / 1e6,
        sourcePort: source.port,
        destinationPort: destination.port,
        // The data is not looked at: it would keep the packets alive.
        segment: { ...decoded.value, payload: new Uint8Array() },
      };
      const list = this.segments.get(key);
      if (list === undefined) this.segments.set(key, [seen]);
      else list.push(seen);
    }
  }
}

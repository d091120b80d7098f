import {
  decodeTcpSegment,
  encodeTcpSegment,
  type NetCounters,
  type OutgoingSegment,
  type TcpSegment,
} from '@closewait/core/codec';
import type { SynFinSettings } from '@closewait/core/experiment';
import {
  AF_INET,
  addIpv4Route,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  failureOf,
  inNetworkNamespace,
  listenOn,
  localIpv4,
  openSocket,
  PacketSocket,
  PrivateNetwork,
  RawSocket,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_TCP,
  setIntegerOption,
  TCP_FASTOPEN,
} from '../../ffi/index.ts';
import type { LabSocket, ReadLabSockets } from './lab-socket.ts';
import { mustBe, NotMade } from './not-made.ts';
import { readCounters } from './read-counters.ts';
import { applySettings } from './settings.ts';

/**
 * Where the raw segments come from: TEST-NET-1 (RFC 5737), to which a route through `lo` leads. The kernel so sends its
 * answers, and the packet socket sees them; but the address is not the kernel's own (its routes to it are not of type
 * local), so no stack there answers them: tcp_v4_send_reset of net/ipv4/tcp_ipv4.c.
 */
const OUTSIDE = { network: '192.0.2.0', mask: '255.255.255.0', device: 'lo' };
export const CLIENT = { address: '192.0.2.1', port: 40_000 } as const;
export const SERVER = { address: '127.0.0.1', port: 8000 } as const;
/** A port without a listener. */
export const CLOSED_PORT = 8001;
const BACKLOG = 16;

/** A TCP segment that `lo` received. */
export interface SeenSegment {
  readonly segment: TcpSegment;
  readonly atNs: bigint;
}

/** A network namespace with a listener, a way to send raw segments to it, and a witness of everything on `lo`. */
export class Bench implements Disposable {
  readonly #resources = new DisposableStack();
  readonly #network: PrivateNetwork;
  readonly #packets: PacketSocket;
  readonly #raw: RawSocket;
  readonly #readSockets: ReadLabSockets;

  /** Throws NotMade where something of it cannot be had. */
  constructor(settings: SynFinSettings, readSockets: ReadLabSockets) {
    this.#readSockets = readSockets;
    try {
      this.#network = this.#resources.use(mustBe(PrivateNetwork.create()));
      const [packets, raw] = this.#inside(() => {
        applySettings(settings);
        mustBe(addIpv4Route(OUTSIDE));
        this.#listen(settings === 'fast-open');
        const witness = this.#resources.use(
          mustBe(PacketSocket.open('lo', { layer: 'packets', ignoreOutgoing: true })),
        );
        return [witness, this.#resources.use(mustBe(RawSocket.open()))];
      });
      this.#packets = packets;
      this.#raw = raw;
    } catch (cause) {
      this.#resources.dispose();
      // The settings' files: EROFS in many containers.
      if (!(cause instanceof Error && 'path' in cause)) throw cause;
      throw new NotMade(`write ${String(cause.path)}: ${failureOf('write', cause).errno}`, { cause });
    }
  }

  /** For setns(2), as long as this is not disposed of. */
  get networkPath(): string {
    return this.#network.path;
  }

  #listen(withFastOpen: boolean): void {
    const fd = this.#openSocket(0);
    mustBe(bindIpv4(fd, SERVER));
    if (withFastOpen) mustBe(setIntegerOption(fd, SOL_TCP, TCP_FASTOPEN, BACKLOG));
    mustBe(listenOn(fd, BACKLOG));
  }

  /** Begins to connect to the client's address, where nobody answers but the segments of the trial; the own port. */
  startConnecting(): number {
    return this.#inside(() => {
      const fd = this.#openSocket(SOCK_NONBLOCK);
      // No address of `lo` has a scope that the kernel would choose for the outside.
      mustBe(bindIpv4(fd, { address: SERVER.address, port: 0 }));
      const started = connectIpv4(fd, CLIENT);
      if (!started.ok && started.errno !== 'EINPROGRESS') throw new NotMade(`connect: ${started.errno}`);
      return mustBe(localIpv4(fd)).port;
    });
  }

  #openSocket(flags: number): number {
    const fd = mustBe(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    this.#resources.defer(() => closeDescriptor(fd));
    return fd;
  }

  send(segment: OutgoingSegment): void {
    this.sendPacket(encodeTcpSegment(segment));
  }

  /** A whole IPv4 packet, as it is. */
  sendPacket(packet: Uint8Array): void {
    mustBe(this.#raw.send(packet));
  }

  /** What has come since the last call, in its order, the own segments among it. */
  receive(): readonly SeenSegment[] {
    const seen: SeenSegment[] = [];
    for (;;) {
      const packet = mustBe(this.#packets.receive());
      if (packet === null) return seen;
      const segment = decodeTcpSegment(packet.bytes);
      if (segment.ok && segment.value !== null) seen.push({ segment: segment.value, atNs: packet.atNs });
    }
  }

  counters(): NetCounters {
    return this.#inside(readCounters);
  }

  sockets(): readonly LabSocket[] {
    return this.#readSockets(this.#network);
  }

  #inside<T>(work: () => T): T {
    return mustBe(inNetworkNamespace(this.#network.path, () => ({ ok: true, value: work() })));
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

import { decodeTcpSegment, setTcpChecksum, type TcpSegment } from '@closewait/core/codec';
import type { Side } from '@closewait/core/tcp/linux';
import { PacketSocket, PrivateNetwork } from '../../ffi/index.ts';
import { must } from './must.ts';
import { connectNetworks, set, within } from './wire-networks.ts';

/** sizeof(struct ethhdr). */
const LINK_HEADER_BYTES = 14;

/** A segment that an end has sent, and the frame in which it travels. */
export interface WireSegment {
  readonly segment: TcpSegment;
  readonly frame: Uint8Array;
}

/**
 * Two network namespaces and nothing between them but this object: what one end sends comes out of {@link receive}, and
 * reaches the other one only through {@link deliver}. Needs CAP_SYS_ADMIN and CAP_NET_RAW, and iproute2.
 */
export class Wire implements Disposable {
  readonly #stack: DisposableStack;
  readonly networks: Readonly<Record<Side, PrivateNetwork>>;
  readonly #links: Readonly<Record<Side, PacketSocket>>;
  #finTimeoutSeconds: number | null = null;

  private constructor(
    stack: DisposableStack,
    networks: Readonly<Record<Side, PrivateNetwork>>,
    links: Readonly<Record<Side, PacketSocket>>,
  ) {
    this.#stack = stack;
    this.networks = networks;
    this.#links = links;
  }

  /** @throws ClosewaitError `cannot-look` where something that it needs is missing. */
  static lay(): Wire {
    using stack = new DisposableStack();
    const create = (): PrivateNetwork => stack.use(must('make a network namespace', PrivateNetwork.create()));
    const networks = { a: create(), b: create(), between: create() };
    connectNetworks(networks);
    const listenTo = (device: string): PacketSocket =>
      stack.use(must('open a packet socket', PacketSocket.open(device, { layer: 'frames', ignoreOutgoing: true })));
    const links = within(networks.between, () => ({ a: listenTo('toa'), b: listenTo('tob') }));
    return new Wire(stack.move(), networks, links);
  }

  /** Seconds that FIN-WAIT-2 of a closed descriptor lasts, for connections that get there from now on. */
  setFinTimeout(seconds: number): void {
    if (this.#finTimeoutSeconds === seconds) return;
    this.#finTimeoutSeconds = seconds;
    for (const network of Object.values(this.networks)) set(network, { 'ipv4/tcp_fin_timeout': `${seconds}` });
  }

  /** The next segment that `side` has sent; null where none has come yet. */
  receive(side: Side): WireSegment | null {
    for (;;) {
      const packet = must('receive from the wire', this.#links[side].receive());
      if (packet === null) return null;
      const decoded = decodeTcpSegment(packet.bytes.subarray(LINK_HEADER_BYTES));
      if (decoded.ok && decoded.value !== null) return { segment: decoded.value, frame: packet.bytes };
    }
  }

  /** Hands a frame to `side`. */
  deliver(side: Side, frame: Uint8Array): void {
    // The sender left the checksum to a device that a veth is not.
    setTcpChecksum(frame.subarray(LINK_HEADER_BYTES));
    must('send into the wire', this.#links[side].send(frame));
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

import { decodeTcpSegment, describeProblem } from '@closewait/core/codec';
import { known, type ObservedSegment, type Reading, type Unknown, unknown } from '@closewait/core/facts';
import { inNetworkNamespace, PacketSocket } from '../../ffi/index.ts';
import { refusal } from '../live/refusal.ts';

/** A segment with the kernel's own stamp. */
export interface StampedSegment extends Omit<ObservedSegment, 'atMs'> {
  /** CLOCK_REALTIME. */
  readonly atNs: bigint;
}

/** Takes every TCP segment that arrives on `lo` of a namespace; each passes there once. */
export class PacketWatch implements Disposable {
  readonly segments: StampedSegment[] = [];
  readonly garbled: Unknown[] = [];
  readonly #socket: PacketSocket;

  private constructor(socket: PacketSocket) {
    this.#socket = socket;
  }

  /** Needs CAP_NET_RAW in the namespace. */
  static open(networkPath: string): Reading<PacketWatch> {
    const opened = inNetworkNamespace(networkPath, () =>
      PacketSocket.open('lo', { layer: 'packets', ignoreOutgoing: true }),
    );
    return opened.ok ? known(new PacketWatch(opened.value)) : refusal(opened, 'packet socket on lo', 'run as root');
  }

  /** @throws Error where the socket answers an error: nothing that can happen to it does so. */
  drain(): void {
    for (;;) {
      const received = this.#socket.receive();
      if (!received.ok) throw new Error(`packet socket: ${received.op}: ${received.errno}`);
      if (received.value === null) return;
      const segment = decodeTcpSegment(received.value.bytes);
      if (!segment.ok) this.garbled.push(unknown('garbled', describeProblem(segment.problem)));
      else if (segment.value !== null) {
        const { source, destination, sequence, acknowledgment, flags, window, payloadBytes } = segment.value;
        const { atNs } = received.value;
        this.segments.push({ atNs, source, destination, sequence, acknowledgment, flags, window, payloadBytes });
      }
    }
  }

  /** Packets that the socket had no room for. */
  dropped(): Reading<number> {
    const dropped = this.#socket.takeDropped();
    return dropped.ok ? known(dropped.value) : refusal(dropped, 'packet socket');
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

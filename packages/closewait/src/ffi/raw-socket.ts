import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { AF_INET, encodeIpv4, openSocket, SOCK_CLOEXEC, SOCK_RAW } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** netinet/in.h: packets are sent as they are, their IP header included (raw(7)). */
const IPPROTO_RAW = 255;

const sendtoCall = libcFunction<[number, Uint8Array, number, number, Uint8Array, number]>(
  'long sendto(int, const void*, size_t, int, const void*, unsigned int)',
);

/** Sends whole IPv4 packets, and receives none. Needs CAP_NET_RAW in the network namespace in which it is opened. */
export class RawSocket implements Disposable {
  readonly #descriptor: Descriptor;

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  static open(): SystemResult<RawSocket> {
    const opened = openSocket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    return opened.ok ? { ok: true, value: new RawSocket(new Descriptor(opened.value)) } : opened;
  }

  /** To the destination address of its own IP header, bytes 16 to 19. */
  send(packet: Uint8Array): SystemResult<number> {
    const destination = encodeIpv4({ address: packet.subarray(16, 20).join('.'), port: 0 });
    const { fd } = this.#descriptor;
    return answered('sendto', Number(sendtoCall(fd, packet, packet.length, 0, destination, destination.length)));
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

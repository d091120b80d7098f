import { Descriptor } from './descriptor.ts';
import { addressOf, libcFunction } from './libc.ts';
import { getOptionBytes, openSocket, SOCK_CLOEXEC, SOCK_RAW, SOL_SOCKET, setIntegerOption } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** sys/socket.h, linux/if_packet.h, linux/if_ether.h, asm-generic/socket.h */
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_OUTGOING = 4;
const ETH_P_ALL = 0x0003;
const SO_TIMESTAMPNS = 35;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;

/** struct sockaddr_ll: family, protocol and index, then the kind of packet at byte 10. */
const SOCKADDR_LL_BYTES = 20;
const AT_PROTOCOL = 2;
const AT_INDEX = 4;
const AT_KIND = 10;
/** struct msghdr of 64-bit Linux: name, length, vector, count, control, length, flags. */
const MSGHDR_BYTES = 56;
/** A loopback packet before segmentation offload has cut it, with its link header. */
const PACKET_BYTES = 65_536 + 64;
const CONTROL_BYTES = 128;
/** struct cmsghdr (16 bytes) before a struct timespec. */
const AT_TIMESPEC = 16;
const RECEIVE_BUFFER_BYTES = 8 << 20;

const ifIndexCall = libcFunction<[string]>('unsigned int if_nametoindex(const char*)');
const bindCall = libcFunction<[number, Uint8Array, number]>('int bind(int, const void*, unsigned int)');
const recvmsgCall = libcFunction<[number, Uint8Array, number]>('long recvmsg(int, void*, int)');
const sendCall = libcFunction<[number, Uint8Array, number, number]>('long send(int, const void*, size_t, int)');

/** One packet that an interface has sent or received. */
export interface CapturedPacket {
  /** A copy: from the link header on (`frames`), or from the IP header on (`packets`). */
  readonly bytes: Uint8Array;
  /** Nanoseconds since the epoch, when the kernel first handled it. */
  readonly atNs: bigint;
  /** Whether the interface sent it; on `lo` every packet is sent, and then received. */
  readonly isOutgoing: boolean;
}

/** What a packet socket takes. */
export interface PacketSocketOptions {
  /** `frames` come with their link header, `packets` without. */
  readonly layer: 'frames' | 'packets';
  /** Leaves out what the interface sends: on `lo` each packet then comes once. Default false. Linux 4.20. */
  readonly ignoreOutgoing?: boolean;
}

/**
 * A packet(7) socket on one interface of the network namespace in which it is opened. Needs CAP_NET_RAW there.
 * Nothing ever blocks.
 */
export class PacketSocket implements Disposable {
  readonly #descriptor: Descriptor;
  readonly #packet = Buffer.allocUnsafe(PACKET_BYTES);
  readonly #name = Buffer.alloc(SOCKADDR_LL_BYTES);
  readonly #control = Buffer.alloc(CONTROL_BYTES);
  readonly #vector = Buffer.alloc(16);
  readonly #header = Buffer.alloc(MSGHDR_BYTES);

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
    this.#vector.writeBigUInt64LE(addressOf(this.#packet), 0);
    this.#vector.writeBigUInt64LE(BigInt(PACKET_BYTES), 8);
  }

  static open(device: string, { layer, ignoreOutgoing = false }: PacketSocketOptions): SystemResult<PacketSocket> {
    // No protocol yet: between socket(2) and bind(2) packets of every interface would come.
    const opened = openSocket(AF_PACKET, (layer === 'frames' ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    if (!opened.ok) return opened;
    const socket = new PacketSocket(new Descriptor(opened.value));
    const ready = socket.#prepare(device, ignoreOutgoing);
    if (ready.ok) return { ok: true, value: socket };
    socket[Symbol.dispose]();
    return ready;
  }

  #prepare(device: string, ignoreOutgoing: boolean): SystemResult<number> {
    const { fd } = this.#descriptor;
    const index = answered('if_nametoindex', ifIndexCall(device) || -1);
    if (!index.ok) return index;
    const stamped = setIntegerOption(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (!stamped.ok) return stamped;
    // Needs CAP_NET_ADMIN of the first user namespace; without it the default size has to do.
    setIntegerOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
    if (ignoreOutgoing) {
      const ignored = setIntegerOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      if (!ignored.ok) return ignored;
    }
    const address = Buffer.alloc(SOCKADDR_LL_BYTES);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, AT_PROTOCOL);
    address.writeInt32LE(index.value, AT_INDEX);
    return answered('bind', bindCall(fd, address, address.length));
  }

  /** The next packet that has come; null where none has. */
  receive(): SystemResult<CapturedPacket | null> {
    // The kernel writes the lengths that it used into the header.
    this.#header.writeBigUInt64LE(addressOf(this.#name), 0);
    this.#header.writeUInt32LE(SOCKADDR_LL_BYTES, 8);
    this.#header.writeBigUInt64LE(addressOf(this.#vector), 16);
    this.#header.writeBigUInt64LE(1n, 24);
    this.#header.writeBigUInt64LE(addressOf(this.#control), 32);
    this.#header.writeBigUInt64LE(BigInt(CONTROL_BYTES), 40);
    const result = answered('recvmsg', Number(recvmsgCall(this.#descriptor.fd, this.#header, MSG_DONTWAIT)));
    if (!result.ok) return result.errno === 'EAGAIN' ? { ok: true, value: null } : result;
    const seconds = this.#control.readBigInt64LE(AT_TIMESPEC);
    return {
      ok: true,
      value: {
        bytes: new Uint8Array(this.#packet.subarray(0, result.value)),
        atNs: seconds * 1_000_000_000n + this.#control.readBigInt64LE(AT_TIMESPEC + 8),
        isOutgoing: this.#name.readUInt8(AT_KIND) === PACKET_OUTGOING,
      },
    };
  }

  /** How many packets had no room in the socket's buffer since the last call: PACKET_STATISTICS of packet(7). */
  takeDropped(): SystemResult<number> {
    // struct tpacket_stats: packets, and those of them that were dropped.
    const statistics = getOptionBytes(this.#descriptor.fd, SOL_PACKET, PACKET_STATISTICS, 8);
    if (!statistics.ok) return statistics;
    const view = new DataView(statistics.value.buffer, statistics.value.byteOffset, statistics.value.byteLength);
    return { ok: true, value: view.getUint32(4, true) };
  }

  /** Sends one frame, with its link header, out of the interface. Only with `frames`. */
  send(frame: Uint8Array): SystemResult<number> {
    return answered('send', Number(sendCall(this.#descriptor.fd, frame, frame.length, 0)));
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

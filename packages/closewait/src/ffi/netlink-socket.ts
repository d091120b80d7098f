import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import {
  AF_NETLINK,
  openSocket,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_SOCKET,
  setIntegerOption,
} from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** linux/netlink.h */
const NETLINK_SOCK_DIAG = 4;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;

const MSG_TRUNC = 0x20;
/** A dump answers at most 32 KiB a datagram (netlink_dump, net/netlink/af_netlink.c); twice that leaves room. */
const DATAGRAM_BYTES = 65_536;
/** Room for 128 datagrams, so that the kernel dumps ahead of the reader. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

const sendCall = libcFunction<[number, Uint8Array, number, number]>('long send(int, const void*, size_t, int)');
const recvCall = libcFunction<[number, Uint8Array, number, number]>('long recv(int, void*, size_t, int)');

/**
 * A NETLINK_SOCK_DIAG socket. It belongs for good to the network namespace in which it was opened.
 * Needs no privilege; a seccomp filter or an LSM may still refuse it (EPERM, EACCES, EAFNOSUPPORT).
 */
export class NetlinkSocket implements Disposable {
  readonly #descriptor: Descriptor;
  readonly #buffer = Buffer.allocUnsafe(DATAGRAM_BYTES);

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  static open(): SystemResult<NetlinkSocket> {
    const opened = openSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (!opened.ok) return opened;
    const { value: fd } = opened;
    // Both only make errors more telling; a kernel before 4.12 refuses them and is still read.
    setIntegerOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    setIntegerOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    const forced = setIntegerOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
    if (!forced.ok) setIntegerOption(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    return { ok: true, value: new NetlinkSocket(new Descriptor(fd)) };
  }

  send(message: Uint8Array): SystemResult<number> {
    return answered('send', Number(sendCall(this.#descriptor.fd, message, message.length, 0)));
  }

  /** Waits for one datagram and returns a copy of it. `truncated`: it was longer than the copy. */
  receive(): SystemResult<{ readonly datagram: Uint8Array; readonly truncated: boolean }> {
    const result = answered('recv', Number(recvCall(this.#descriptor.fd, this.#buffer, DATAGRAM_BYTES, MSG_TRUNC)));
    if (!result.ok) return result;
    const datagram = new Uint8Array(this.#buffer.subarray(0, Math.min(result.value, DATAGRAM_BYTES)));
    return { ok: true, value: { datagram, truncated: result.value > DATAGRAM_BYTES } };
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

import { fstatSync } from 'node:fs';
import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { CLONE_NEWNET, OWN_NETWORK, openNamespace, WayBack } from './namespace.ts';
import { AF_INET, openSocket, SOCK_CLOEXEC, SOCK_STREAM } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** linux/sockios.h, linux/if.h */
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
/** struct ifreq: a name of IFNAMSIZ bytes, then a union whose first two bytes are the flags. */
const IFREQ_BYTES = 40;
const AT_FLAGS = 16;

const unshareCall = libcFunction<[number]>('int unshare(int)');
const ioctlCall = libcFunction<[number, number, Uint8Array]>('int ioctl(int, unsigned long, void*)');

/**
 * A network namespace that nothing but this object's descriptor and the processes inside keep: no name, no mount, so
 * nothing is left of it when they are gone, however this process ends.
 */
export class PrivateNetwork implements Disposable {
  readonly #descriptor: Descriptor;
  /** For {@link inNetworkNamespace}, as long as it is not disposed of. */
  readonly path: string;
  /** Inode number on nsfs, by which processes inside are known: /proc/PID/ns/net. */
  readonly inode: number;

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
    this.path = `/proc/self/fd/${descriptor.fd}`;
    this.inode = fstatSync(descriptor.fd).ino;
  }

  /** Makes one in which `lo` is up, and leaves the calling thread where it was. Needs CAP_SYS_ADMIN (unshare(2)). */
  static create(): SystemResult<PrivateNetwork> {
    const opened = openNamespace(OWN_NETWORK);
    if (!opened.ok) return opened;
    using home = new Descriptor(opened.value);
    const unshared = answered('unshare', unshareCall(CLONE_NEWNET));
    if (!unshared.ok) return unshared;
    using _ = new WayBack(home.fd);
    const raised = raiseLoopback();
    if (!raised.ok) return raised;
    const made = openNamespace(OWN_NETWORK);
    return made.ok ? { ok: true, value: new PrivateNetwork(new Descriptor(made.value)) } : made;
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

function raiseLoopback(): SystemResult<number> {
  const opened = openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!opened.ok) return opened;
  using socket = new Descriptor(opened.value);
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write('lo', 'latin1');
  request.writeUInt16LE(IFF_UP, AT_FLAGS);
  return answered('ioctl SIOCSIFFLAGS', ioctlCall(socket.fd, SIOCSIFFLAGS, request));
}

import { Descriptor } from './descriptor.ts';
import { addressOf, libcFunction } from './libc.ts';
import { AF_INET, encodeIpv4, openSocket, SOCK_CLOEXEC, SOCK_STREAM } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** linux/sockios.h, linux/route.h */
const SIOCADDRT = 0x890b;
const RTF_UP = 0x0001;

/** struct rtentry of 64-bit Linux: three sockaddr after an unused long, then flags, and far behind the device's name. */
const RTENTRY_BYTES = 120;
const AT_DESTINATION = 8;
const AT_MASK = 40;
const AT_FLAGS = 56;
const AT_DEVICE = 88;

const ioctlCall = libcFunction<[number, number, Uint8Array]>('int ioctl(int, unsigned long, void*)');

/** An IPv4 network and the interface behind which it lies. */
export interface Ipv4Route {
  readonly network: string;
  readonly mask: string;
  readonly device: string;
}

/**
 * Adds a route to the network namespace of the calling thread, which goes when the namespace goes. Needs CAP_NET_ADMIN
 * there (ip_rt_ioctl, net/ipv4/fib_frontend.c).
 */
export function addIpv4Route({ network, mask, device }: Ipv4Route): SystemResult<number> {
  const opened = openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!opened.ok) return opened;
  using socket = new Descriptor(opened.value);
  const name = Buffer.from(`${device}\0`, 'latin1');
  const entry = Buffer.alloc(RTENTRY_BYTES);
  entry.set(encodeIpv4({ address: network, port: 0 }), AT_DESTINATION);
  entry.set(encodeIpv4({ address: mask, port: 0 }), AT_MASK);
  entry.writeUInt16LE(RTF_UP, AT_FLAGS);
  entry.writeBigUInt64LE(addressOf(name), AT_DEVICE);
  return answered('ioctl SIOCADDRT', ioctlCall(socket.fd, SIOCADDRT, entry));
}

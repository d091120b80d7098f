import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { openSocket, SOCK_CLOEXEC, SOCK_NONBLOCK } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** linux/un.h: sizeof(sun_path), with the byte that ends it. */
const PATH_BYTES = 108;

const sendtoCall = libcFunction<[number, Uint8Array, number, number, Uint8Array, number]>(
  'long sendto(int, const void*, size_t, int, const void*, unsigned int)',
);

/** MSG_NOSIGNAL of linux/socket.h. */
const MSG_NOSIGNAL = 0x4000;

/**
 * Sends one datagram to the Unix socket at a path, without waiting for room there (EAGAIN). ENOENT, ECONNREFUSED: nobody
 * listens; EMSGSIZE: longer than what the system lets through at once. ENAMETOOLONG: a path of more than 107 bytes.
 */
export function sendUnixDatagram(path: string, bytes: Uint8Array): SystemResult<number> {
  const name = Buffer.from(path);
  if (name.length >= PATH_BYTES) return { ok: false, op: 'sendto', errno: 'ENAMETOOLONG' };
  const opened = openSocket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (!opened.ok) return opened;
  using socket = new Descriptor(opened.value);
  // struct sockaddr_un: the family in the byte order of the machine, the path, a zero.
  const address = Buffer.alloc(2 + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  const sent = sendtoCall(socket.fd, bytes, bytes.length, MSG_NOSIGNAL, address, address.length);
  return answered('sendto', Number(sent));
}

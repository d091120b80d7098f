import { addressOf, libcFunction } from './libc.ts';
import { SOCK_CLOEXEC, SOCK_STREAM, SOL_SOCKET } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

const AF_UNIX = 1;
/** linux/socket.h */
const SCM_RIGHTS = 1;
/** Offsets in struct msghdr and struct cmsghdr of 64-bit machines. */
const MSGHDR_BYTES = 56;
const AT_DATA = 16;
const AT_CONTROL = 32;
const CMSG_BYTES = 24;

const socketpairCall = libcFunction<[number, number, number, Uint8Array]>('int socketpair(int, int, int, void*)');
const sendmsgCall = libcFunction<[number, Uint8Array, number]>('long sendmsg(int, const void*, int)');

/** socketpair(2): two stream sockets, connected to each other. */
export function openSocketPair(): SystemResult<readonly [number, number]> {
  const fds = Buffer.alloc(8);
  const result = answered('socketpair', socketpairCall(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  return result.ok ? { ok: true, value: [fds.readInt32LE(0), fds.readInt32LE(4)] } : result;
}

/** sendmsg(2) with SCM_RIGHTS and one byte: a copy of `fd` lies in the queue until the other end receives it. */
export function sendDescriptor(unixSocket: number, fd: number): SystemResult<number> {
  const byte = Buffer.alloc(1);
  // struct iovec: address, length.
  const data = Buffer.alloc(16);
  data.writeBigUInt64LE(addressOf(byte), 0);
  data.writeBigUInt64LE(BigInt(byte.length), 8);
  // struct cmsghdr with one int: length without the padding, level, type, the descriptor.
  const control = Buffer.alloc(CMSG_BYTES);
  control.writeBigUInt64LE(20n, 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  control.writeInt32LE(fd, 16);
  const message = Buffer.alloc(MSGHDR_BYTES);
  message.writeBigUInt64LE(addressOf(data), AT_DATA);
  message.writeBigUInt64LE(1n, AT_DATA + 8);
  message.writeBigUInt64LE(addressOf(control), AT_CONTROL);
  message.writeBigUInt64LE(BigInt(control.length), AT_CONTROL + 8);
  return answered('sendmsg', Number(sendmsgCall(unixSocket, message, 0)));
}

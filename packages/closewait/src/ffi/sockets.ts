import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** Numbers of asm-generic/socket.h, netinet/in.h and netinet/tcp.h. */
export const AF_INET = 2;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_NONBLOCK = 0o4000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_RCVBUF = 8;
const SO_LINGER = 13;
export const SO_RCVBUFFORCE = 33;
export const SOL_TCP = 6;
export const TCP_INFO = 11;
/** Of a listener: how many connections may wait in Fast Open's queue (RFC 7413). Linux 3.7. */
export const TCP_FASTOPEN = 23;

const socketCall = libcFunction<[number, number, number]>('int socket(int, int, int)');
const bindCall = libcFunction<[number, Uint8Array, number]>('int bind(int, const void*, unsigned int)');
const listenCall = libcFunction<[number, number]>('int listen(int, int)');
const acceptCall = libcFunction<[number, Uint8Array, Uint8Array]>('int accept(int, void*, void*)');
const connectCall = libcFunction<[number, Uint8Array, number]>('int connect(int, const void*, unsigned int)');
const readCall = libcFunction<[number, Uint8Array, number]>('long read(int, void*, size_t)');
const writeCall = libcFunction<[number, Uint8Array, number]>('long write(int, const void*, size_t)');
const setsockoptCall = libcFunction<[number, number, number, Uint8Array, number]>(
  'int setsockopt(int, int, int, const void*, unsigned int)',
);
const getsocknameCall = libcFunction<[number, Uint8Array, Uint8Array]>('int getsockname(int, void*, void*)');
const shutdownCall = libcFunction<[number, number]>('int shutdown(int, int)');
const closeCall = libcFunction<[number]>('int close(int)');
const getsockoptCall = libcFunction<[number, number, number, Uint8Array, Uint8Array]>(
  'int getsockopt(int, int, int, void*, void*)',
);
const pipeCall = libcFunction<[Uint8Array]>('int pipe(void*)');
const sleepCall = libcFunction<[number]>('unsigned int sleep(unsigned int)');
const prctlCall = libcFunction<[number, number, number, number, number]>('int prctl(int, long, long, long, long)');

/** An IPv4 address and port. */
export interface Ipv4Address {
  readonly address: string;
  readonly port: number;
}

/** socket(2). */
export function openSocket(family: number, type: number, protocol: number): SystemResult<number> {
  return answered('socket', socketCall(family, type, protocol));
}

/** bind(2) to an IPv4 address. */
export function bindIpv4(fd: number, local: Ipv4Address): SystemResult<number> {
  const sockaddr = encodeIpv4(local);
  return answered('bind', bindCall(fd, sockaddr, sockaddr.length));
}

/** listen(2). */
export function listenOn(fd: number, backlog: number): SystemResult<number> {
  return answered('listen', listenCall(fd, backlog));
}

/** accept(2): blocks until a connection comes. */
export function acceptIpv4(fd: number): SystemResult<{ readonly fd: number; readonly peer: Ipv4Address }> {
  const sockaddr = Buffer.alloc(16);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sockaddr.length);
  const result = answered('accept', acceptCall(fd, sockaddr, length));
  return result.ok ? { ok: true, value: { fd: result.value, peer: decodeIpv4(sockaddr) } } : result;
}

/** connect(2) to an IPv4 address. */
export function connectIpv4(fd: number, remote: Ipv4Address): SystemResult<number> {
  const sockaddr = encodeIpv4(remote);
  return answered('connect', connectCall(fd, sockaddr, sockaddr.length));
}

/** read(2): 0 means that the other side has closed. */
export function readInto(fd: number, buffer: Uint8Array): SystemResult<number> {
  return answered('read', Number(readCall(fd, buffer, buffer.length)));
}

/** write(2). */
export function writeFrom(fd: number, bytes: Uint8Array): SystemResult<number> {
  return answered('write', Number(writeCall(fd, bytes, bytes.length)));
}

/** shutdown(2) with SHUT_WR: sends the FIN and goes on reading. */
export function shutdownSending(fd: number): SystemResult<number> {
  const SHUT_WR = 1;
  return answered('shutdown', shutdownCall(fd, SHUT_WR));
}

/** close(2): frees the number whatever it answers. */
export function closeDescriptor(fd: number): SystemResult<number> {
  return answered('close', closeCall(fd));
}

/** getsockname(2) of an IPv4 socket. */
export function localIpv4(fd: number): SystemResult<Ipv4Address> {
  const sockaddr = Buffer.alloc(16);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sockaddr.length);
  const result = answered('getsockname', getsocknameCall(fd, sockaddr, length));
  return result.ok ? { ok: true, value: decodeIpv4(sockaddr) } : result;
}

/** setsockopt(2) with an int. SO_RCVBUFFORCE needs CAP_NET_ADMIN. */
export function setIntegerOption(fd: number, level: number, option: number, value: number): SystemResult<number> {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return setOptionBytes(fd, level, option, bytes);
}

/** setsockopt(2) with a structure. */
export function setOptionBytes(fd: number, level: number, option: number, bytes: Uint8Array): SystemResult<number> {
  return answered('setsockopt', setsockoptCall(fd, level, option, bytes, bytes.length));
}

/** getsockopt(2): a copy of the bytes that the kernel wrote. */
export function getOptionBytes(fd: number, level: number, option: number, maxBytes: number): SystemResult<Uint8Array> {
  const bytes = Buffer.alloc(maxBytes);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(maxBytes);
  const result = answered('getsockopt', getsockoptCall(fd, level, option, bytes, length));
  return result.ok ? { ok: true, value: new Uint8Array(bytes.subarray(0, length.readUInt32LE())) } : result;
}

/** pipe(2). */
export function openPipe(): SystemResult<{ readonly readEnd: number; readonly writeEnd: number }> {
  const fds = Buffer.alloc(8);
  const result = answered('pipe', pipeCall(fds));
  return result.ok ? { ok: true, value: { readEnd: fds.readInt32LE(0), writeEnd: fds.readInt32LE(4) } } : result;
}

/** setsockopt(2) with SO_LINGER of 0 s: close(2) sends a RST instead of a FIN. */
export function resetOnClose(fd: number): SystemResult<number> {
  // struct linger: two ints, switch and seconds.
  const linger = Buffer.alloc(8);
  linger.writeInt32LE(1);
  return answered('setsockopt', setsockoptCall(fd, SOL_SOCKET, SO_LINGER, linger, linger.length));
}

/** sleep(3), which is clock_nanosleep(2): the thread sleeps, and its event loop with it. */
export function sleepSeconds(seconds: number): void {
  sleepCall(seconds);
}

/** prctl(PR_SET_PDEATHSIG): the kernel kills this process when its parent dies, even inside a blocking call. */
export function dieWithParent(): SystemResult<number> {
  const PR_SET_PDEATHSIG = 1;
  const SIGKILL = 9;
  return answered('prctl', prctlCall(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

/** struct sockaddr_in (netinet/in.h). */
export function encodeIpv4({ address, port }: Ipv4Address): Buffer {
  const sockaddr = Buffer.alloc(16);
  sockaddr.writeUInt16LE(AF_INET, 0);
  sockaddr.writeUInt16BE(port, 2);
  sockaddr.set(address.split('.').map(Number), 4);
  return sockaddr;
}

function decodeIpv4(sockaddr: Buffer): Ipv4Address {
  return { address: sockaddr.subarray(4, 8).join('.'), port: sockaddr.readUInt16BE(2) };
}

import { libcFunction } from './libc.ts';
import { getOptionBytes, SOCK_CLOEXEC, SOCK_NONBLOCK, SOL_TCP, TCP_INFO } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

/** netinet/tcp.h, for {@link setIntegerOption}: what is sent goes out at once, however small. */
export const TCP_NODELAY = 1;
/** bits/socket.h */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_NUMBER = { read: 0, write: 1, both: 2 } as const;

/** A half of a connection, or both, as shutdown(2) names them. */
export type Direction = keyof typeof SHUT_NUMBER;

const accept4Call = libcFunction<[number, null, null, number]>('int accept4(int, void*, void*, int)');
const recvCall = libcFunction<[number, Uint8Array, number, number]>('long recv(int, void*, size_t, int)');
const sendCall = libcFunction<[number, Uint8Array, number, number]>('long send(int, const void*, size_t, int)');
const shutdownCall = libcFunction<[number, number]>('int shutdown(int, int)');

/** accept4(2) for a socket that never waits, too; the listener has to be one. */
export function acceptNow(listener: number): SystemResult<number> {
  return answered('accept4', accept4Call(listener, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/** recv(2) of what is there: the number of bytes, 0 at the end of the stream. */
export function receiveNow(fd: number, buffer: Uint8Array): SystemResult<number> {
  return answered('recv', Number(recvCall(fd, buffer, buffer.length, MSG_DONTWAIT)));
}

/** send(2) of what fits; a broken connection answers EPIPE without the signal. */
export function sendNow(fd: number, bytes: Uint8Array): SystemResult<number> {
  return answered('send', Number(sendCall(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL)));
}

/** shutdown(2). */
export function shutDownSocket(fd: number, direction: Direction): SystemResult<number> {
  return answered('shutdown', shutdownCall(fd, SHUT_NUMBER[direction]));
}

/** Linux's number of the state of the socket behind a descriptor (`tcpi_state`): 7 also where a TIME-WAIT entry took over. */
export function tcpStateNumber(fd: number): SystemResult<number> {
  const info = getOptionBytes(fd, SOL_TCP, TCP_INFO, 1);
  return info.ok ? { ok: true, value: info.value[0] ?? 0 } : info;
}

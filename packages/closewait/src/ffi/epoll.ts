import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** sys/epoll.h */
export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLRDHUP = 0x2000;
export const EPOLLONESHOT = 0x4000_0000;
export const EPOLLET = 0x8000_0000;

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** struct epoll_event is packed on x86-64 alone (EPOLL_PACKED, linux/eventpoll.h). */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const AT_DATA = process.arch === 'x64' ? 4 : 8;

const createCall = libcFunction<[number]>('int epoll_create1(int)');
const ctlCall = libcFunction<[number, number, number, Uint8Array]>('int epoll_ctl(int, int, int, void*)');
const waitCall = libcFunction<[number, Uint8Array, number, number]>('int epoll_wait(int, void*, int, int)');

/** epoll_create1(2). */
export function createEpoll(): SystemResult<number> {
  return answered('epoll_create1', createCall(0));
}

/** epoll_ctl(2), EPOLL_CTL_ADD: `events` is the interest; ERR and HUP come whether asked for or not. */
export function watchWithEpoll(epoll: number, fd: number, events: number): SystemResult<number> {
  const event = Buffer.alloc(EVENT_BYTES);
  event.writeUInt32LE(events >>> 0, 0);
  event.writeInt32LE(fd, AT_DATA);
  return answered('epoll_ctl', ctlCall(epoll, EPOLL_CTL_ADD, fd, event));
}

/** epoll_ctl(2), EPOLL_CTL_DEL. */
export function unwatchWithEpoll(epoll: number, fd: number): SystemResult<number> {
  return answered('epoll_ctl', ctlCall(epoll, EPOLL_CTL_DEL, fd, Buffer.alloc(EVENT_BYTES)));
}

/** epoll_wait(2) without a time limit, for one event. */
export function waitForEpoll(epoll: number): SystemResult<{ readonly fd: number; readonly events: number }> {
  const event = Buffer.alloc(EVENT_BYTES);
  const result = answered('epoll_wait', waitCall(epoll, event, 1, -1));
  return result.ok ? { ok: true, value: { fd: event.readInt32LE(AT_DATA), events: event.readUInt32LE(0) } } : result;
}

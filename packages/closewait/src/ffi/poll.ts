import { libcFunction } from './libc.ts';

/** poll.h */
const POLLERR = 0x008;
/** struct pollfd: the descriptor, and two times 16 bits of events. */
const POLLFD_BYTES = 8;
const AT_RETURNED = 6;

const pollCall = libcFunction<[Uint8Array, number, number]>('int poll(void*, unsigned long, int)');

/** Whether a pipe or socket has lost its reader: whoever writes next would get EPIPE. Does not wait. */
export function hasNoReader(fd: number): boolean {
  const asked = Buffer.alloc(POLLFD_BYTES);
  asked.writeInt32LE(fd);
  return pollCall(asked, 1, 0) > 0 && (asked.readUInt16LE(AT_RETURNED) & POLLERR) !== 0;
}

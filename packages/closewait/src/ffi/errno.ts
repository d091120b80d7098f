import { constants } from 'node:os';

const NAME_OF_NUMBER: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/**
 * The kernel's name of an error number, for example `EPERM` for 1; `errno 524` for numbers that libc does not know.
 * Source: asm-generic/errno.h of this platform, through Node.
 */
export function errnoName(errno: number): string {
  // Two pairs share a number; the kernel's sources use the first name of each.
  if (errno === constants.errno.EAGAIN) return 'EAGAIN';
  if (errno === constants.errno.EOPNOTSUPP) return 'EOPNOTSUPP';
  return NAME_OF_NUMBER.get(errno) ?? `errno ${errno}`;
}

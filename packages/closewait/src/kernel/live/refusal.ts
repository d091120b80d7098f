import { type Unknown, type UnknownWhy, unknown } from '@closewait/core/facts';
import type { SystemFailure } from '../../ffi/index.ts';

/** What an error of a read means to the reader; anything else makes no sense here and is `garbled`. */
const WHY_OF_ERRNO: Readonly<Record<string, UnknownWhy>> = {
  EPERM: 'denied',
  EACCES: 'denied',
  ENOENT: 'gone',
  ESRCH: 'gone',
  ENOTDIR: 'gone',
  EBADF: 'gone',
  ESTALE: 'gone',
  ENOSYS: 'unsupported',
  EOPNOTSUPP: 'unsupported',
  EINVAL: 'unsupported',
  ENODATA: 'unsupported',
  EAFNOSUPPORT: 'unsupported',
  EPROTONOSUPPORT: 'unsupported',
};

/** A failed system call on `object` as a reason for not knowing. */
export function refusal(failure: SystemFailure, object: string, hint?: string): Unknown {
  const why = WHY_OF_ERRNO[failure.errno] ?? 'garbled';
  return unknown(why, `${failure.op} ${object}: ${failure.errno}`, hint);
}

import type { ActionOutcome, OutcomeKind } from '@closewait/core/facts';
import type { SystemFailure } from '../ffi/index.ts';

/**
 * What came of a call: `done`, the kernel took it, and what it brought has yet to be seen; or why not, which is an outcome.
 */
export type Acted = { readonly kind: 'done'; readonly says: string } | ActionOutcome;

/** What errors of these calls mean, in the words of the manual pages; see also {@link refusedBy}. */
const KIND_OF_ERRNO: Readonly<Record<string, OutcomeKind>> = {
  EPERM: 'denied',
  EACCES: 'denied',
  EROFS: 'denied',
  ENOSYS: 'unsupported',
  EOPNOTSUPP: 'unsupported',
  EINVAL: 'unsupported',
  ENOPROTOOPT: 'unsupported',
  ESRCH: 'already-gone',
  ENOENT: 'already-gone',
  ENOTCONN: 'already-gone',
  EBADF: 'changed',
  ESTALE: 'changed',
  ENOTSOCK: 'changed',
};

/** A system call that was refused, as the outcome of an action; what has no other meaning was refused for now. */
export function refusedBy({ op, errno }: SystemFailure, about: string, hint?: string): ActionOutcome {
  const kind = KIND_OF_ERRNO[errno] ?? 'refused';
  const detail = `${op}: ${errno}${about === '' ? '' : `, ${about}`}`;
  const next = hint ?? (kind === 'denied' ? 'run as root' : undefined);
  return next === undefined ? { kind, detail } : { kind, detail, hint: next };
}

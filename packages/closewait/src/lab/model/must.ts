import { ClosewaitError } from '@closewait/core/facts';
import type { SystemResult } from '../../ffi/index.ts';

/** The value of a call that has to work here; `doing` is what it was for. */
export function must<T>(doing: string, result: SystemResult<T>): T {
  if (result.ok) return result.value;
  throw new ClosewaitError('cannot-look', `cannot ${doing}: ${result.op}: ${result.errno}`, {
    op: result.op,
    errno: result.errno,
  });
}

import type { SystemResult } from '../../ffi/index.ts';

/** Why a trial cannot be made: it becomes its `notMade`, the other trials go on. */
export class NotMade extends Error {
  override readonly name = 'NotMade';
}

/** The value of a system call, or the end of this trial. */
export function mustBe<T>(result: SystemResult<T>): T {
  if (!result.ok) throw new NotMade(`${result.op}: ${result.errno}`);
  return result.value;
}

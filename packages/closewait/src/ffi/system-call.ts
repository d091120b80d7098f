import { errnoName } from './errno.ts';
import { koffi } from './koffi.ts';

/** What a system call answered: its value, or the error with the operation that met it. */
export type SystemResult<T> = { readonly ok: true; readonly value: T } | SystemFailure;

/** A refused system call. */
export interface SystemFailure {
  readonly ok: false;
  /** The call, for example `setns`. */
  readonly op: string;
  /** The kernel's name of the error, for example `EPERM`. */
  readonly errno: string;
}

/** Turns the -1 of libc into a failure that carries errno; any other answer is the value. */
export function answered(op: string, returned: number): SystemResult<number> {
  return returned < 0 ? { ok: false, op, errno: errnoName(koffi.errno()) } : { ok: true, value: returned };
}

/** `setns: EPERM`, for messages. */
export function describeFailure(failure: SystemFailure): string {
  return `${failure.op}: ${failure.errno}`;
}

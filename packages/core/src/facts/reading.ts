/**
 * Why a value is not known. None of these ever means "there is nothing".
 *
 * - `denied`: the kernel refused; more privilege would answer.
 * - `unsupported`: this kernel, or this build of it, cannot answer.
 * - `gone`: the process or socket ended between two reads.
 * - `not-asked`: nobody looked, by choice (a bound, an option, a recording without it).
 * - `garbled`: the kernel answered something that this program cannot decode.
 */
export type UnknownWhy = 'denied' | 'unsupported' | 'gone' | 'not-asked' | 'garbled';

/** A value that is not known, with its reason. */
export interface Unknown {
  readonly known: false;
  readonly why: UnknownWhy;
  /** The operation and what was answered, for example `open /proc/1/fd: EACCES`. */
  readonly detail: string;
  /** The next thing to do to learn it, when there is one. */
  readonly hint?: string;
}

/** A value that was read, or the reason why it is not known. Unknown is never absent. */
export type Reading<T> = { readonly known: true; readonly value: T } | Unknown;

/** Wraps a value that was read. */
export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

/** Says that a value is not known, why, and what would make it known. */
export function unknown(why: UnknownWhy, detail: string, hint?: string): Unknown {
  return hint === undefined ? { known: false, why, detail } : { known: false, why, detail, hint };
}

/** The value of a reading, or `fallback` where it is not known; for display only, never for a decision. */
export function valueOr<T, F>(reading: Reading<T>, fallback: F): T | F {
  return reading.known ? reading.value : fallback;
}

/** Applies `change` to a known value and passes an unknown one on unchanged. */
export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.known ? known(change(reading.value)) : reading;
}

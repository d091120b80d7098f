import type { CallEnterEvent, CallExitEvent } from '@closewait/core/codec';
import type { ObservedCall } from '@closewait/core/facts';
import { errnoName } from '../../ffi/index.ts';

/** Makes calls of their two events, in the order in which they began. Calls that are the same in a row become one. */
export class CallPairs {
  readonly #nameOf: (number: number) => string | null;
  readonly #calls: Growing[] = [];
  readonly #latest = new Map<number, Growing>();

  /** `nameOf`: null for calls that are of no interest. */
  constructor(nameOf: (number: number) => string | null) {
    this.#nameOf = nameOf;
  }

  enter({ tid, number, args }: CallEnterEvent, atMs: number): void {
    const name = this.#nameOf(number);
    if (name === null) return;
    const latest = this.#latest.get(tid);
    // A spinning loop makes a million of them in a second. Addresses differ, what is asked for does not.
    if (latest?.name === name && isAtOnce(latest, atMs) && isSame(latest.args, args)) {
      latest.again = { enteredMs: atMs, args };
      return;
    }
    this.#begin({
      tid,
      name,
      args,
      enteredMs: atMs,
      returnedMs: null,
      result: null,
      error: null,
      times: 1,
      again: null,
    });
  }

  exit({ tid, number, returned }: CallExitEvent, atMs: number): void {
    const latest = this.#latest.get(tid);
    // Without its beginning: from before the trace, or lost.
    if (latest === undefined || latest.name !== this.#nameOf(number)) return;
    const { result, error } = tellResult(Number(returned));
    if (latest.again === null) {
      if (latest.returnedMs !== null) return;
      latest.returnedMs = atMs;
      latest.result = result;
      latest.error = error;
    } else if (result === latest.result && error === latest.error && atMs - latest.again.enteredMs < AT_ONCE_MS) {
      latest.returnedMs = atMs;
      latest.times++;
      latest.again = null;
    } else {
      const { enteredMs, args } = latest.again;
      latest.again = null;
      const { name } = latest;
      this.#begin({ tid, name, args, enteredMs, returnedMs: atMs, result, error, times: 1, again: null });
    }
  }

  /** All calls so far; those that have not returned too. */
  list(): readonly ObservedCall[] {
    return this.#calls
      .flatMap(({ again, ...call }) =>
        again === null ? [call] : [call, { ...call, ...again, returnedMs: null, result: null, error: null, times: 1 }],
      )
      .sort((a, b) => a.enteredMs - b.enteredMs);
  }

  #begin(call: Growing): void {
    this.#calls.push(call);
    this.#latest.set(call.tid, call);
  }
}

interface Growing extends ObservedCall {
  returnedMs: number | null;
  result: number | null;
  error: string | null;
  times: number;
  /** The same call once more, and it has not returned yet. */
  again: { readonly enteredMs: number; readonly args: readonly bigint[] } | null;
}

/** The kernel answers the number of an error, negated, from 1 to MAX_ERRNO (include/linux/err.h). */
function tellResult(returned: number): { readonly result: number; readonly error: string | null } {
  const isError = returned < 0 && returned >= -4095;
  return isError ? { result: -1, error: errnoName(-returned) } : { result: returned, error: null };
}

/** Longer than a call that does not wait, and than what a loop does between two of them. */
const AT_ONCE_MS = 1;

/** Whether it did not wait, and something follows at once. */
function isAtOnce({ enteredMs, returnedMs, times }: Growing, atMs: number): boolean {
  if (returnedMs === null || atMs - returnedMs >= AT_ONCE_MS) return false;
  return times > 1 || returnedMs - enteredMs < AT_ONCE_MS;
}

/** The first argument and the third: descriptor and length, or what an epoll instance is asked to watch. */
const COMPARED: readonly number[] = [0, 2];

function isSame(a: readonly bigint[], b: readonly bigint[]): boolean {
  return COMPARED.every((index) => a[index] === b[index]);
}

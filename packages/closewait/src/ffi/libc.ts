import { koffi } from './koffi.ts';

/**
 * The C library that Node itself runs on: glibc or musl, whichever that is. Nothing outside of this folder sees a
 * native handle or a pointer: buffers go in, numbers come out, and bytes are copied before anybody keeps them.
 */
const libc = koffi.load(null);

type Call<A extends readonly unknown[]> = (...args: A) => number;

function declare<A extends readonly unknown[]>(prototype: string): Call<A> {
  return libc.func(prototype) as unknown as Call<A>;
}

const resolved = new Map<string, Call<readonly unknown[]>>();

/** Declares a function of libc at its first call: most runs need few of them, and each costs 0.1 ms. */
export function libcFunction<A extends readonly unknown[]>(prototype: string): Call<A> {
  return (...args: A): number => {
    let call = resolved.get(prototype);
    if (call === undefined) {
      call = declare(prototype);
      resolved.set(prototype, call);
    }
    return call(...args);
  };
}

/** Declares a function at once, for the few that are called 100,000 times in a run. */
export function hotLibcFunction<A extends readonly unknown[]>(prototype: string): Call<A> {
  return declare(prototype);
}

/** A function that runs on a thread of libuv's pool while JavaScript goes on; buffers must be kept by the caller. */
export function asyncLibcFunction<A extends readonly unknown[]>(prototype: string): (...args: A) => Promise<number> {
  let call: ReturnType<typeof libc.func> | undefined;
  return (...args: A): Promise<number> =>
    new Promise((resolve, reject) => {
      call ??= libc.func(prototype);
      call.async(...args, (error: Error | null, result: number) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
}

/** The address of a buffer's first byte, to be passed where koffi takes a pointer: 2.6 µs a readlinkat instead of 2.8. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

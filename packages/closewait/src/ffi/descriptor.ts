import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

const closeCall = libcFunction<[number]>('int close(int)');

/** An open descriptor of this process, closed when its scope ends (`using`). */
export class Descriptor implements Disposable {
  readonly fd: number;
  #open = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Closes it once; close(2) frees the number whatever it answers. */
  close(): SystemResult<number> {
    if (!this.#open) return { ok: true, value: 0 };
    this.#open = false;
    return answered('close', closeCall(this.fd));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

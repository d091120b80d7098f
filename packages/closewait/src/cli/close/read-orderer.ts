import type { KernelSource } from '@closewait/core/facts';
import type { Orderer } from '@closewait/core/orders';

/** What the kernel writes where nobody has logged in: (uid_t) -1. */
const NOBODY_LOGGED_IN = 4_294_967_295;

/** Who runs this command, with the arguments that it was given. */
export function readOrderer(source: KernelSource, args: readonly string[]): Orderer {
  const bytes = source.readFile('/proc/self/loginuid');
  const text = bytes.known ? Buffer.from(bytes.value).toString('latin1').trim() : '';
  const loginUid = /^\d{1,10}$/.test(text) ? Number(text) : NOBODY_LOGGED_IN;
  return {
    uid: process.geteuid?.() ?? 0,
    loginUid: loginUid === NOBODY_LOGGED_IN ? null : loginUid,
    pid: process.pid,
    command: ['closewait', ...args].join(' '),
  };
}

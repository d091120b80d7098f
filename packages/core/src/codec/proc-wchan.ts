import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/**
 * `/proc/PID/task/TID/wchan`: the kernel function in which a thread waits, without what a compiler appends to the name
 * (`poll_schedule_timeout.constprop.0`). Null where the kernel says 0: the thread runs, or this reader may not know
 * (proc_pid_wchan in fs/proc/base.c answers 0 without ptrace access), or the kernel has no symbols.
 */
export function decodeWchan(bytes: Uint8Array): Decoded<string | null> {
  const text = decodeText(bytes).trimEnd();
  if (text === '0') return decoded(null);
  if (!/^\w[\w.$]*$/.test(text)) return problem('/proc/PID/task/TID/wchan', 0, 'a symbol or 0', quoteInput(text));
  return decoded(text.replace(/\..*$/, ''));
}

import { constants } from 'node:os';
import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** The same numbers on every architecture: asm-generic/unistd.h, Linux 5.1 and 5.3. */
const NR_PIDFD_SEND_SIGNAL = 424;
const NR_PIDFD_OPEN = 434;

const syscall = libcFunction<[number, number, number, number, number, number]>(
  'long syscall(long, long, long, long, long, long)',
);

/**
 * Sends a signal to a process by a pidfd. `isMeant` is asked once the pidfd is open: it names one process for good, so that a
 * pid that is given again meanwhile cannot be hit (ESRCH). ESTALE where `isMeant` says no. Another user's process needs CAP_KILL.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals, isMeant: () => boolean): SystemResult<number> {
  const opened = answered('pidfd_open', Number(syscall(NR_PIDFD_OPEN, pid, 0, 0, 0, 0)));
  if (!opened.ok) return opened;
  using pidfd = new Descriptor(opened.value);
  if (!isMeant()) return { ok: false, op: 'pidfd_open', errno: 'ESTALE' };
  const number = constants.signals[signal];
  return answered('pidfd_send_signal', Number(syscall(NR_PIDFD_SEND_SIGNAL, pidfd.fd, number, 0, 0, 0)));
}

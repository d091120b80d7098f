import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** A system call that a thread is in. */
export interface SystemCall {
  /** Its number in the table of the thread's architecture, see {@link systemCallName}. */
  readonly number: number;
  /** The six argument registers, whole: an `int` is the low 32 bits, what lies above is whatever was there. */
  readonly args: readonly bigint[];
  /**
   * Whether the program is a 32-bit one: its stack lies below 4 GiB. Its numbers are of another table, which the file
   * does not say: 162 is nanosleep there and sync for a 64-bit program (measured on 6.18).
   */
  readonly is32Bit: boolean;
}

/**
 * What a thread was doing when its `syscall` file was read.
 *
 * - `running`: on a processor, or ready for one; in a call or not.
 * - `blocked-outside`: waits, but not in a system call: stopped by a signal in its own code, or in a page fault.
 * - `kernel-worker`: never runs the program's code. io_uring's workers stand among the threads of the process, and
 *   their registers are a copy of their creator's: a call that they are not in.
 * - `in-call`: waits inside a system call. A frozen or stopped thread shows the call that it was in.
 */
export type ThreadCall =
  | { readonly kind: 'running' }
  | { readonly kind: 'blocked-outside' }
  | { readonly kind: 'kernel-worker' }
  | { readonly kind: 'in-call'; readonly call: SystemCall };

const ARGUMENTS = 6;
const FOUR_GIB = 1n << 32n;

/**
 * `/proc/PID/task/TID/syscall`, see proc_pid_syscall (fs/proc/base.c): `running`, `-1 SP PC` or `NUMBER ARGUMENT… SP PC`.
 */
export function decodeProcSyscall(bytes: Uint8Array): Decoded<ThreadCall> {
  const text = decodeText(bytes).trimEnd();
  if (text === 'running') return decoded({ kind: 'running' });
  const [numberText = '', ...registerTexts] = text.split(' ');
  const isCall = registerTexts.length === ARGUMENTS + 2;
  const isWait = registerTexts.length === 2 && numberText === '-1';
  if (!(isCall || isWait) || !/^-?\d{1,10}$/.test(numberText) || !registerTexts.every(isRegister)) {
    return problem(
      '/proc/PID/task/TID/syscall',
      0,
      'running, -1 SP PC or NUMBER, 6 arguments, SP PC',
      quoteInput(text),
    );
  }
  const args = registerTexts.map(BigInt);
  const [stackPointer = 0n, instruction = 0n] = args.splice(-2);
  // A thread that has been in user mode has both; copy_thread (arch/x86/kernel/process.c) clears them for the others.
  if (stackPointer === 0n && instruction === 0n) return decoded({ kind: 'kernel-worker' });
  if (isWait) return decoded({ kind: 'blocked-outside' });
  return decoded({
    kind: 'in-call',
    call: { number: Number(numberText), args, is32Bit: stackPointer < FOUR_GIB },
  });
}

function isRegister(text: string): boolean {
  return /^0x[0-9a-f]{1,16}$/.test(text);
}

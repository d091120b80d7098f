import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** linux/ptrace.h, linux/wait.h */
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const WAIT_ALL = 0x4000_0000;

const ptraceCall = libcFunction<[number, number, number, number]>('long ptrace(int, int, uintptr_t, uintptr_t)');
const waitpidCall = libcFunction<[number, Uint8Array, number]>('int waitpid(int, void*, int)');

/**
 * Attaches to a thread and stops it: PTRACE_SEIZE, PTRACE_INTERRUPT, waitpid(2). It goes on when this process ends.
 * For the laboratory alone: nothing that looks at processes traces them. Needs PTRACE_MODE_ATTACH_REALCREDS.
 */
export function holdThread(tid: number): SystemResult<number> {
  const seized = answered('ptrace', Number(ptraceCall(PTRACE_SEIZE, tid, 0, 0)));
  if (!seized.ok) return seized;
  const interrupted = answered('ptrace', Number(ptraceCall(PTRACE_INTERRUPT, tid, 0, 0)));
  if (!interrupted.ok) return interrupted;
  return answered('waitpid', waitpidCall(tid, Buffer.alloc(4), WAIT_ALL));
}

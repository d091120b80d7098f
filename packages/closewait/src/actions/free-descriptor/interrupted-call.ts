import { type SystemCallName, systemCallNumber } from '@closewait/core/codec';
import { CALL_USE, type CallUse, HEADER_AT } from './batch-layout.ts';
import type { PlaceReader } from './place-reader.ts';

/**
 * How a call may name a descriptor of TCP. One that is in none of the lists may name one anywhere: sendmsg(2) in a
 * control message, io_uring_enter(2) in a request.
 */
const CALLS_BY_USE: Readonly<Record<CallUse, readonly SystemCallName[]>> = {
  // epoll_wait(2) names the instance; what it watches is refused for being watched.
  none: [
    ...(['futex', 'futex_waitv', 'futex_wait', 'nanosleep', 'clock_nanosleep', 'pause', 'rt_sigsuspend'] as const),
    ...(['rt_sigtimedwait', 'wait4', 'waitid', 'semop', 'semtimedop', 'msgsnd', 'msgrcv', 'sched_yield'] as const),
    ...(['epoll_wait', 'epoll_pwait', 'epoll_pwait2'] as const),
  ],
  first: [
    ...(['read', 'readv', 'write', 'writev', 'recvfrom', 'recvmsg', 'recvmmsg', 'sendto'] as const),
    ...(['accept', 'accept4', 'connect', 'flock', 'fcntl', 'openat', 'openat2'] as const),
  ],
  any: ['sendfile', 'splice', 'tee', 'copy_file_range'],
  poll: ['poll', 'ppoll'],
  select: ['select', 'pselect6'],
};

/** Results of a call with which the kernel makes it again: linux/errno.h. */
const RESTARTS = {
  ERESTARTSYS: -512,
  ERESTARTNOINTR: -513,
  ERESTARTNOHAND: -514,
  ERESTART_RESTARTBLOCK: -516,
} as const;
/** What stands for the result as long as there is none (arch/x86/entry/entry_64.S). */
const ENOSYS = -38;
/** A list of this many is looked through for every descriptor. */
const MOST_POLLED = 1024;

const RESTART_SYSCALL: number = systemCallNumber('x64', 'restart_syscall') ?? -1;

const AT = HEADER_AT;
const ARGUMENT_PLACES = [
  'registers.first',
  'registers.second',
  'registers.third',
  'registers.fourth',
  'registers.fifth',
  'registers.sixth',
] as const;

/** Where the program goes on. */
interface Ways {
  /** The thread may be used; the header says how its call may name descriptors. */
  readonly fit: string;
  /** It is inside a call. */
  readonly inside: string;
  /** Its call cannot be looked through. */
  readonly call: string;
  readonly unreadable: string;
}

/**
 * Judges the call on whose way out the thread runs the program. r6: the value; r7: the task's address; r8: pt_regs, a
 * pointer that the verifier knows. x86-64.
 *
 * A call gives up its references on its way out (and where nobody else has the table, fdget takes none at all): what it
 * was about is told by its arguments. They count also where it has its result: a write that was interrupted answers what it
 * has written so far, and the program goes on with the rest. A call that is not known is not looked through where it will be
 * made again: get_signal() runs task work before it decides about that, so the result that says so is still there.
 */
export function judgeCall(w: PlaceReader, { fit, inside, call, unreadable }: Ways): void {
  w.store(4, 'r6', AT.use, CALL_USE.none);
  w.member('r9', 'r8', 'registers.number').store(8, 'r6', AT.callNumber, 'r9');
  for (const [index, place] of ARGUMENT_PLACES.entries())
    w.member('r1', 'r8', place).store(8, 'r6', AT.callArguments + 8 * index, 'r1');
  // orig_ax is -1 where an interrupt or a fault led into the kernel.
  w.jumpIf('r9', 'signed >', -1, 'in call').jump(fit).label('in call');
  w.member('r1', 'r8', 'registers.result').jumpIf('r1', '==', ENOSYS, inside);
  for (const use of USES) {
    for (const name of CALLS_BY_USE[use]) {
      const number = systemCallNumber('x64', name);
      if (number !== null) w.jumpIf('r9', '==', number, use);
    }
  }
  w.jumpIf('r9', '==', RESTART_SYSCALL, 'goes on');
  for (const restart of Object.values(RESTARTS)) w.jumpIf('r1', '==', restart, call);
  // Where the kernel has prepared that already, the number of the call stands in the place of its result.
  w.jumpIf('r1', '==', 'r9', call).jumpIf('r1', '==', RESTART_SYSCALL, call);
  // It is over, and what it named elsewhere it has taken references for. An address that is the same number is a chance.
  w.jump('first').label('goes on');
  judgeRestart(w, { fit, unreadable });
  w.label('first').store(4, 'r6', AT.use, CALL_USE.first).jump(fit);
  w.label('any').store(4, 'r6', AT.use, CALL_USE.any).jump(fit);
  w.label('select').store(4, 'r6', AT.use, CALL_USE.select).jump(fit);
  w.label('poll').load(8, 'r1', 'r6', AT.callArguments + 8);
  w.compute32('r1', 'add', 0).jumpIf('r1', '>', MOST_POLLED, call);
  w.store(4, 'r6', AT.use, CALL_USE.poll).jump(fit);
  w.label('none').jump(fit);
}

const USES = ['none', 'first', 'any', 'poll', 'select'] as const satisfies readonly CallUse[];

/**
 * restart_syscall(2) goes on with a call that had a time limit and was interrupted before: poll, a sleep, or futex. Its
 * registers are still those of that call, and poll has kept its list and its length beside them (struct restart_block).
 * Another call whose numbers are the same by chance is looked through as if it were poll.
 */
function judgeRestart(w: PlaceReader, { fit, unreadable }: Pick<Ways, 'fit' | 'unreadable'>): void {
  w.peek('r9', 'r7', 'task.poll_list', unreadable).load(8, 'r1', 'r6', AT.callArguments).jumpIf('r9', '!=', 'r1', fit);
  w.peek('r9', 'r7', 'task.poll_count', unreadable);
  w.load(8, 'r1', 'r6', AT.callArguments + 8)
    .compute32('r1', 'add', 0)
    .jumpIf('r9', '!=', 'r1', fit);
  w.jump('poll');
}

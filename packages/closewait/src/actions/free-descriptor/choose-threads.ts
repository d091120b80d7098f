import { descriptorOfCall, type SystemCallName, systemCallName, type ThreadCall } from '@closewait/core/codec';

/** What a thread of the owner does, as far as it matters for being asked. */
export interface OwnerThread {
  readonly tid: number;
  /** One letter of proc(5). */
  readonly state: string;
  readonly call: ThreadCall;
  /** A seccomp filter judges its calls. */
  readonly isFiltered: boolean;
  /** A debugger decides when it goes on. */
  readonly isTraced: boolean;
}

/** S: sleeps and can be woken; R: runs. The others do not come by: D sleeps until its device answers, T and t are stopped. */
const COMES_BY = new Set(['S', 'R']);

/**
 * Waits that the kernel goes on with by restart_syscall(2), because they have a time limit. A seccomp filter that does not
 * know this call kills the program there; it does so after SIGSTOP and SIGCONT as well.
 */
const GOES_ON_BY_RESTART: ReadonlySet<SystemCallName> = new Set([
  'nanosleep',
  'clock_nanosleep',
  'poll',
  'restart_syscall',
]);
/** Waits that answer EINTR after any interruption, also one without a handler (signal(7)). */
const ANSWERS_EINTR: ReadonlySet<SystemCallName> = new Set([
  'epoll_wait',
  'epoll_pwait',
  'epoll_pwait2',
  'rt_sigtimedwait',
  'semop',
  'semtimedop',
  'msgsnd',
  'msgrcv',
  'io_getevents',
  'io_pgetevents',
]);
/** Calls that the program does not look through, see interrupted-call.ts. */
const NOT_LOOKED_THROUGH: ReadonlySet<SystemCallName> = new Set(['sendmsg', 'sendmmsg', 'io_uring_enter', 'ioctl']);
/** Commands of futex(2) that wait, without their flags. */
const FUTEX_COMMAND = 0x7fn;
const FUTEX_WAITS = new Set([0n, 9n]);
const TIMEOUT_ARGUMENT = 3;

/**
 * The threads that can be asked, best first: one whose wait the kernel takes up again unnoticed, then one that runs,
 * last one whose wait answers EINTR. Those that must not be interrupted are left out.
 */
export function chooseThreads(threads: readonly OwnerThread[]): readonly OwnerThread[] {
  return threads
    .map((thread) => ({ thread, rank: rankOf(thread) }))
    .filter(({ rank }) => rank !== null)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ thread }) => thread);
}

/** Which thread waits in a call on each descriptor. */
export function threadsByDescriptor(threads: readonly OwnerThread[]): ReadonlyMap<number, number> {
  const waiting = new Map<number, number>();
  for (const { tid, call } of threads) {
    const fd = call.kind === 'in-call' ? descriptorOfCall('x64', call.call) : null;
    if (fd !== null) waiting.set(fd, tid);
  }
  return waiting;
}

/** Lower is better; null: not to be asked. */
function rankOf({ state, call, isFiltered, isTraced }: OwnerThread): number | null {
  if (isTraced || !COMES_BY.has(state)) return null;
  switch (call.kind) {
    case 'kernel-worker':
      return null;
    case 'running':
      return 3;
    case 'blocked-outside':
      return 4;
    case 'in-call':
      return rankOfCall(call, isFiltered);
  }
}

function rankOfCall({ call }: Extract<ThreadCall, { kind: 'in-call' }>, isFiltered: boolean): number | null {
  if (call.is32Bit) return null;
  const name = systemCallName('x64', call);
  if (name === null || NOT_LOOKED_THROUGH.has(name)) return 6;
  if (ANSWERS_EINTR.has(name)) return 5;
  if (name === 'futex' && FUTEX_WAITS.has((call.args[1] ?? 0n) & FUTEX_COMMAND)) {
    if (call.args[TIMEOUT_ARGUMENT] === 0n) return 0;
    return isFiltered ? null : 2;
  }
  if (GOES_ON_BY_RESTART.has(name)) return isFiltered ? null : 2;
  return 1;
}

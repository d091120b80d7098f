import { type CallFacts, formatEndpoint, type SocketFacts, type ThreadFacts } from '../facts/index.ts';

/** What a thread does in words, and what its words are made of. */
export interface ThreadWords {
  readonly does: string;
  readonly call: string | null;
  readonly descriptor: number | null;
  readonly target: string | null;
}

/** Finds a socket by its inode; undefined where it was not among those that were read. */
export type SocketFinder = (inode: number) => SocketFacts | undefined;

/**
 * What a thread does, for a person: `accept on descriptor 3 (:8000)`, `recv on descriptor 7 -> 10.0.0.3:5432`. A thread
 * in futex(2) may wait for a lock as well as for work: the kernel does not tell them apart.
 */
export function describeThread(thread: ThreadFacts, findSocket: SocketFinder): ThreadWords {
  const { doing, state } = thread;
  const idle = { call: null, descriptor: null, target: null };
  if (!doing.known) return { ...idle, does: whileStopped(state) ?? `not known (${doing.detail})` };
  switch (doing.value.kind) {
    case 'running':
      return { ...idle, does: state === 'R' || state === 'S' ? 'runs' : (whileStopped(state) ?? 'runs') };
    case 'blocked-outside':
      return { ...idle, does: whileStopped(state) ?? 'blocked outside of any call, as in a page fault' };
    case 'kernel-worker':
      return { ...idle, does: 'works inside of the kernel for io_uring' };
    case 'in-call': {
      const { call } = doing.value;
      const target = describeTarget(call, findSocket);
      const does = describeCall(call, target);
      const stopped = whileStopped(state);
      return {
        does: stopped === null ? does : `${stopped}, in: ${does}`,
        call: call.name,
        descriptor: call.descriptor,
        target,
      };
    }
  }
}

/** A stopped thread shows the call that it was in (docs/evidence.md); null where the state adds nothing. */
function whileStopped(state: string): string | null {
  return (
    { T: 'stopped by a signal', t: 'stopped by a debugger', Z: 'has ended', D: 'cannot be interrupted' }[state] ?? null
  );
}

const FUTEX = /^futex/;
const SLEEP = /^(clock_)?nanosleep$/;
const POLL = /^(p?poll|p?select6?|_newselect)/;
const CHILD = /^(wait4|waitid|waitpid)$/;
const SIGNAL = /^(rt_sig(timedwait|suspend)|pause)/;
/** Names of the C library, which everybody knows, for those of the kernel. */
const COMMON: Readonly<Record<string, string>> = {
  accept4: 'accept',
  recvfrom: 'recv',
  sendto: 'send',
  epoll_pwait: 'epoll_wait',
  epoll_pwait2: 'epoll_wait',
  pread64: 'pread',
  pwrite64: 'pwrite',
};

function describeCall({ name, number, args, descriptor }: CallFacts, target: string | null): string {
  if (name === null) return `in system call ${number}`;
  if (FUTEX.test(name)) return `waits for another thread (futex 0x${(args[0] ?? 0n).toString(16)})`;
  if (SLEEP.test(name)) return 'sleeps';
  if (POLL.test(name)) return `${name}: waits for events on a list of descriptors`;
  if (CHILD.test(name)) return 'waits for a child process';
  if (SIGNAL.test(name)) return 'waits for a signal';
  if (name === 'restart_syscall') return 'in a call that a stop has interrupted';
  const common = COMMON[name] ?? name;
  if (descriptor === null) return `in ${common}`;
  const leads = target === null ? '' : target.startsWith('->') ? ` ${target}` : ` (${target})`;
  return `${common} on descriptor ${descriptor}${leads}`;
}

const SOCKET = /^socket:\[(\d+)\]$/;

/** What a descriptor leads to; an epoll instance is one by its call already. */
function describeTarget({ target }: CallFacts, findSocket: SocketFinder): string | null {
  if (!target.known || target.value.startsWith('anon_inode:[eventpoll]')) return null;
  const inode = SOCKET.exec(target.value)?.[1];
  const socket = inode === undefined ? undefined : findSocket(Number(inode));
  if (socket === undefined) return target.value;
  return socket.state === 'LISTEN' ? `:${socket.local.port}` : `-> ${formatEndpoint(socket.remote)}`;
}

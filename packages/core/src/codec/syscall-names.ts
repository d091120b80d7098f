import type { SystemCall } from './proc-syscall.ts';

/** The architectures whose numbers are known, as `process.arch` names them. */
export type CallArchitecture = 'x64' | 'arm64';

/**
 * The calls in which threads wait, and those that make, copy and close descriptors, with their numbers on x86-64 and arm64 (null: arm64 has no such call) and whether
 * the first argument is a descriptor. Numbers of asm/unistd_64.h and asm-generic/unistd.h, Linux 6.1; futex_wake,
 * futex_wait and futex_requeue came with 6.7 (syscall_64.tbl). A directory's descriptor counts, and may be AT_FDCWD.
 */
const CALLS = {
  read: [0, 63, true],
  write: [1, 64, true],
  readv: [19, 65, true],
  writev: [20, 66, true],
  pread64: [17, 67, true],
  pwrite64: [18, 68, true],
  preadv: [295, 69, true],
  pwritev: [296, 70, true],
  preadv2: [327, 286, true],
  pwritev2: [328, 287, true],
  recvfrom: [45, 207, true],
  recvmsg: [47, 212, true],
  recvmmsg: [299, 243, true],
  sendto: [44, 206, true],
  sendmsg: [46, 211, true],
  sendmmsg: [307, 269, true],
  sendfile: [40, 71, true],
  splice: [275, 76, true],
  tee: [276, 77, true],
  vmsplice: [278, 75, true],
  copy_file_range: [326, 285, true],
  accept: [43, 202, true],
  accept4: [288, 242, true],
  connect: [42, 203, true],
  shutdown: [48, 210, true],
  close: [3, 57, true],
  poll: [7, null, false],
  ppoll: [271, 73, false],
  select: [23, null, false],
  pselect6: [270, 72, false],
  epoll_wait: [232, null, true],
  epoll_pwait: [281, 22, true],
  epoll_pwait2: [441, 441, true],
  epoll_ctl: [233, 21, true],
  io_uring_enter: [426, 426, true],
  io_getevents: [208, 4, false],
  io_pgetevents: [333, 292, false],
  futex: [202, 98, false],
  futex_waitv: [449, 449, false],
  futex_wake: [454, 454, false],
  futex_wait: [455, 455, false],
  futex_requeue: [456, 456, false],
  semop: [65, 193, false],
  semtimedop: [220, 192, false],
  msgsnd: [69, 189, false],
  msgrcv: [70, 188, false],
  mq_timedsend: [242, 182, true],
  mq_timedreceive: [243, 183, true],
  nanosleep: [35, 101, false],
  clock_nanosleep: [230, 115, false],
  pause: [34, null, false],
  rt_sigsuspend: [130, 133, false],
  rt_sigtimedwait: [128, 137, false],
  restart_syscall: [219, 128, false],
  sched_yield: [24, 124, false],
  wait4: [61, 260, false],
  waitid: [247, 95, false],
  clone: [56, 220, false],
  vfork: [58, null, false],
  execve: [59, 221, false],
  open: [2, null, false],
  openat: [257, 56, true],
  openat2: [437, 437, true],
  newfstatat: [262, 79, true],
  statx: [332, 291, true],
  getdents64: [217, 61, true],
  unlinkat: [263, 35, true],
  ftruncate: [77, 46, true],
  fallocate: [285, 47, true],
  fsync: [74, 82, true],
  fdatasync: [75, 83, true],
  sync: [162, 81, false],
  flock: [73, 32, true],
  fcntl: [72, 25, true],
  ioctl: [16, 29, true],
  socket: [41, 198, false],
  listen: [50, 201, true],
  dup: [32, 23, true],
  dup2: [33, null, true],
  dup3: [292, 24, true],
  close_range: [436, 436, false],
  exit_group: [231, 94, false],
} as const;

/** A system call that the diagnosis knows, spelt as in its manual page's title or the kernel's table. */
export type SystemCallName = keyof typeof CALLS;

const NAMES = Object.keys(CALLS).filter((name): name is SystemCallName => name in CALLS);
const NAME_OF: Readonly<Record<CallArchitecture, ReadonlyMap<number | null, SystemCallName>>> = {
  x64: new Map(NAMES.map((name) => [CALLS[name][0], name])),
  arm64: new Map(NAMES.map((name) => [CALLS[name][1], name])),
};

/**
 * The name of a call, null for one that is not in the table or is a 32-bit program's. `restart_syscall` is a wait with a
 * time limit that a stop or a freeze interrupted: which one, only `wchan` tells.
 */
export function systemCallName(architecture: CallArchitecture, call: SystemCall): SystemCallName | null {
  return call.is32Bit ? null : (NAME_OF[architecture].get(call.number) ?? null);
}

/** The number of a call; null where the architecture has no such call. */
export function systemCallNumber(architecture: CallArchitecture, name: SystemCallName): number | null {
  return CALLS[name][architecture === 'x64' ? 0 : 1];
}

/** Whether the first argument of a call is a descriptor. */
export function firstArgumentIsDescriptor(name: SystemCallName): boolean {
  return CALLS[name][2];
}

/** IORING_ENTER_REGISTERED_RING of linux/io_uring.h: the first argument is an index of the ring, no descriptor. */
const REGISTERED_RING = 1n << 4n;

/** The descriptor that a call is about: its first argument, where that is one and not AT_FDCWD. Null for none or unknown. */
export function descriptorOfCall(architecture: CallArchitecture, call: SystemCall): number | null {
  const name = systemCallName(architecture, call);
  const [first = 0n, , , flags = 0n] = call.args;
  if (name === null || !firstArgumentIsDescriptor(name)) return null;
  if (name === 'io_uring_enter' && (flags & REGISTERED_RING) !== 0n) return null;
  const descriptor = Number(BigInt.asIntN(32, first));
  return descriptor < 0 ? null : descriptor;
}

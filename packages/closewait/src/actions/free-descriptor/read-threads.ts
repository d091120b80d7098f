import { decodeProcStat, decodeProcSyscall, describeProblem } from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
import type { OwnerThread } from './choose-threads.ts';
import { decodeOwnerStatus } from './owner-status.ts';

/** Three files a thread, 40 µs. Of more threads those beyond are not asked; a call of theirs on a descriptor is a reference. */
const MOST_THREADS = 2048;

/** The threads of the owner, those that end meanwhile left out. Needs ptrace access to it (proc_pid_syscall, fs/proc/base.c). */
export function readThreads(source: KernelSource, pid: number): Reading<readonly OwnerThread[]> {
  const names = source.readDirectory(`/proc/${pid}/task`);
  if (!names.known) return names;
  const threads: OwnerThread[] = [];
  for (const name of names.value.slice(0, MOST_THREADS)) {
    const thread = readThread(source, pid, Number(name));
    if (thread.known) threads.push(thread.value);
    else if (thread.why !== 'gone') return thread;
  }
  return known(threads);
}

function readThread(source: KernelSource, pid: number, tid: number): Reading<OwnerThread> {
  const path = `/proc/${pid}/task/${tid}`;
  const stat = source.readFile(`${path}/stat`);
  if (!stat.known) return stat;
  const status = source.readFile(`${path}/status`);
  if (!status.known) return status;
  const syscall = source.readFile(`${path}/syscall`);
  if (!syscall.known) return syscall.why === 'denied' ? { ...syscall, hint: TRACE_HINT } : syscall;
  const state = decodeProcStat(stat.value);
  if (!state.ok) return unknown('garbled', `${path}/stat: ${describeProblem(state.problem)}`);
  const call = decodeProcSyscall(syscall.value);
  if (!call.ok) return unknown('garbled', `${path}/syscall: ${describeProblem(call.problem)}`);
  const owned = decodeOwnerStatus(status.value);
  if (owned === null) return unknown('garbled', `${path}/status: no line TracerPid`);
  const { isFiltered, tracerPid } = owned;
  return known({ tid, state: state.value.state, call: call.value, isFiltered, isTraced: tracerPid !== 0 });
}

/** Yama restricts what belongs to the same user, too (Documentation/admin-guide/LSM/Yama.rst). */
const TRACE_HINT =
  'run as root, or with CAP_SYS_PTRACE: another user, or kernel.yama.ptrace_scope, protects its threads';

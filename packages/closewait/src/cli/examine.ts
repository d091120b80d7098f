import { fstatSync } from 'node:fs';
import { type KernelSource, type Reading, type UnknownWhy, unknown } from '@closewait/core/facts';
import { AF_INET, closeDescriptor, openSocket, SOCK_CLOEXEC, SOCK_STREAM } from '../ffi/index.ts';

/** One thing that the kernel or a privilege adds. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly status: 'available' | UnknownWhy;
  /** What closewait does with it. */
  readonly adds: string;
  /** What the kernel answered, null where it is available. */
  readonly detail: string | null;
  /** How to get it. */
  readonly hint: string | null;
}

/** Tries each thing for real on this process, and on process 1 where other users' processes matter. */
export async function examine(source: KernelSource): Promise<readonly Check[]> {
  const [ofInit = NOT_ANSWERED] = await source.readDescriptors([{ pid: 1, tid: 1 }]);
  return [
    check('sock-diag', 'sock_diag', 'all TCP sockets with queues, timers and ages', tryDump(source)),
    check(
      'namespaces',
      'every network namespace',
      'connections inside of containers and of `ip netns`; needs CAP_SYS_ADMIN',
      tryNamespaces(source),
    ),
    check(
      'descriptors',
      "other users' descriptors",
      'who holds a connection; needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH',
      ofInit,
    ),
    check(
      'processes',
      'all processes in /proc',
      'owners that a hidepid mount option would hide',
      source.readFile('/proc/1/stat'),
    ),
    check(
      'kcmp',
      'kcmp',
      'finds threads with a descriptor table of their own without reading every table',
      source.shareDescriptors(process.pid, process.pid),
    ),
    check(
      'socket-names',
      'system.sockprotoname',
      'finds TCP sockets that are closed but still held',
      withSocket((fd) => source.readSocketProtocol({ pid: process.pid, tid: process.pid, fd })),
    ),
    check(
      'pidfd-getfd',
      'pidfd_getfd',
      'tells a closed connection from a socket that never was one; needs CAP_SYS_PTRACE, Linux 5.6',
      withSocket((fd) => source.readTcpInfo({ pid: process.pid, tid: process.pid, fd }, fstatSync(fd).ino)),
    ),
    check(
      'btf',
      'BTF',
      "where things are in the kernel's memory, for the BPF iterators",
      source.readFile('/sys/kernel/btf/vmlinux'),
    ),
    check(
      'bpf-iterators',
      'BPF iterators',
      'owners of all sockets in one pass, many times faster than /proc; needs CAP_BPF and CAP_PERFMON',
      await source.listHeld({ states: ['LISTEN'], congested: false, instances: false }),
    ),
  ];
}

const NOT_ANSWERED = unknown('garbled', 'no answer to a question for one descriptor table');

/** What was tried, as a check. */
export function check(id: string, title: string, adds: string, tried: Reading<unknown>): Check {
  if (tried.known) return { id, title, status: 'available', adds, detail: null, hint: null };
  return { id, title, status: tried.why, adds, detail: tried.detail, hint: tried.hint ?? null };
}

const OWN_NAMESPACE = '/proc/self/ns/net';

function tryDump(source: KernelSource): Reading<unknown> {
  const inode = source.readInode(OWN_NAMESPACE);
  if (!inode.known) return inode;
  const namespace = { inode: inode.value, path: OWN_NAMESPACE };
  return source.dumpSockets(namespace, { family: 'ipv4', states: ['LISTEN'], extensions: [] });
}

/** Enters the own namespace as if it were another one: the kernel asks for the same privilege. */
function tryNamespaces(source: KernelSource): Reading<unknown> {
  const namespace = { inode: 0, path: OWN_NAMESPACE };
  return source.dumpSockets(namespace, { family: 'ipv4', states: ['LISTEN'], extensions: [] });
}

function withSocket<T>(ask: (fd: number) => Reading<T>): Reading<T> {
  const opened = openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!opened.ok) return unknown('denied', `${opened.op}: ${opened.errno}`);
  try {
    return ask(opened.value);
  } finally {
    closeDescriptor(opened.value);
  }
}

import { type Facts, formatEndpoint, type SocketFacts, valueOr } from '../facts/index.ts';
import type { ThreadWait } from './thread-wait.ts';

/** What a thread waits for, in words; the target of a descriptor is text from outside. */
export function describeWait({ kind, call, thread }: ThreadWait, facts: Facts): string {
  switch (kind) {
    case 'lock':
      return `waits for a lock (futex at ${hex(call?.args[0])})`;
    case 'parked':
      return `is parked (futex at ${hex(call?.args[0])})`;
    case 'sleep':
      return 'sleeps';
    case 'poll':
      return `waits in ${call?.name ?? 'poll'} for ${countOf(call?.args[call.name?.includes('select') === true ? 0 : 1])}`;
    case 'connect':
      return `connects on descriptor ${call?.descriptor ?? '?'}`;
    case 'child':
      return 'waits for a child process';
    case 'file-lock':
      return 'waits for a file lock';
    case 'disk':
      return `waits in the kernel and cannot be interrupted (state D, ${valueOr(thread.wchan, null) ?? 'place unknown'})`;
    case 'computing':
      return 'computes';
    case 'calling':
      return 'makes system calls without a pause';
    case 'accept':
      return `accept on ${describeDescriptor(call, facts)}`;
    case 'events':
      return `${call?.name ?? 'epoll_wait'} on descriptor ${call?.descriptor ?? '?'}`;
    case 'transfer':
      return `${call?.name ?? 'a call'} on ${describeDescriptor(call, facts)}`;
    case 'signals':
      return 'waits for a signal';
    case 'other-call':
      return `is in ${call?.name ?? `system call ${call?.number ?? '?'}`}`;
    case 'stopped':
      return 'is stopped';
    case 'running':
      return 'runs';
    case 'ended':
      return 'has ended';
    case 'helper':
      return 'serves the runtime or the kernel';
    default:
      return 'could not be read';
  }
}

function describeDescriptor(call: ThreadWait['call'], facts: Facts): string {
  if (call === null || call.descriptor === null) return 'an unknown descriptor';
  const target = call.target.known ? call.target.value : null;
  const inode = Number(/^socket:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? 0);
  const socket = inode > 0 ? socketsByInode(facts).get(inode) : undefined;
  const where =
    socket === undefined ? target : formatEndpoint(socket.state === 'LISTEN' ? socket.local : socket.remote);
  return `descriptor ${call.descriptor}${where === null ? '' : ` (${where})`}`;
}

const indexes = new WeakMap<Facts, ReadonlyMap<number, SocketFacts>>();

/** Made once for a look, where a wait is described: thousands of threads may wait on one of 100,000 sockets. */
function socketsByInode(facts: Facts): ReadonlyMap<number, SocketFacts> {
  const made = indexes.get(facts);
  if (made !== undefined) return made;
  const index = new Map<number, SocketFacts>();
  for (const list of [facts.sockets, facts.listeners]) for (const socket of list) index.set(socket.inode, socket);
  indexes.set(facts, index);
  return index;
}

function hex(value: bigint | undefined): string {
  return value === undefined ? '?' : `0x${value.toString(16)}`;
}

function countOf(value: bigint | undefined): string {
  const count = Number(BigInt.asUintN(32, value ?? 0n));
  return count === 1 ? 'one descriptor' : `${count} descriptors`;
}

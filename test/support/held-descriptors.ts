import { readdirSync, readlinkSync, statSync } from 'node:fs';
import {
  createAddressTexts,
  decodeInetDiagMessage,
  describeProblem,
  HeldRecords,
  isSocketMessage,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import type { HeldRequest, KernelSource, NamespaceRef, SocketFacts } from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';
import { uniteTables } from '../../packages/closewait/src/kernel/bpf/index.ts';

/** Descriptors that refer to TCP sockets, epoll instances and io_urings, as `pid tid fd what`, and the sockets by inode. */
export interface HeldDescriptors {
  readonly rows: readonly string[];
  readonly sockets: ReadonlyMap<number, SocketFacts>;
}

export const EVERYTHING: HeldRequest = { states: TCP_STATES, congested: true, instances: true };

/** By `listHeld`, of some processes. */
export async function heldByListing(
  source: KernelSource,
  pids: ReadonlySet<number>,
  request: HeldRequest = EVERYTHING,
): Promise<HeldDescriptors> {
  const listed = await source.listHeld(request);
  if (!listed.known) throw new Error(listed.detail);
  const records = HeldRecords.from(listed.value);
  if (!records.ok) throw new Error(describeProblem(records.problem));
  const { value } = records;
  const { kept, undecided } = uniteTables(value, (a, b) => source.shareDescriptors(a, b));
  if (undecided !== null) throw new Error(undecided.detail);
  const rows: string[] = [];
  const sockets = new Map<number, SocketFacts>();
  for (const index of kept ?? Array.from({ length: value.length }, (_, number) => number)) {
    if (!pids.has(value.pidAt(index))) continue;
    const kind = value.kindAt(index);
    const name = kind === 'socket' ? value.stateAt(index) : kind;
    const what = value.inodeAt(index) > 0 ? `${name} ${value.inodeAt(index)}` : name;
    rows.push(`${value.pidAt(index)} ${value.tidAt(index)} ${value.fdAt(index)} ${what}`);
    if (kind === 'socket') sockets.set(value.inodeAt(index), value.socketAt(index));
  }
  return { rows: rows.toSorted(), sockets };
}

/** The same from /proc/PID/task/TID/fd and sock_diag, without any of the program's own readers. */
export function heldByProc(
  source: KernelSource,
  pids: ReadonlySet<number>,
  namespaces: readonly NamespaceRef[],
): HeldDescriptors {
  const listed = new Map(namespaces.flatMap((namespace) => dumpAll(source, namespace)));
  const rows: string[] = [];
  const sockets = new Map<number, SocketFacts>();
  for (const pid of pids) {
    for (const tid of tablesOf(source, pid)) {
      for (const [fd, link] of linksOf(pid, tid)) {
        const inode = Number(/^socket:\[(?<inode>\d+)\]$/.exec(link)?.groups?.['inode'] ?? 0);
        const socket = listed.get(inode);
        if (socket !== undefined) sockets.set(inode, socket);
        const what = instanceOf(link) ?? (inode > 0 ? stateOf(source, socket, pid, tid, fd) : null);
        if (what !== null) rows.push(`${pid} ${tid} ${fd} ${what}${inode > 0 ? ` ${inode}` : ''}`);
      }
    }
  }
  return { rows: rows.toSorted(), sockets };
}

/** The network namespaces of some processes, and paths that lead there. */
export function namespacesOf(pids: ReadonlySet<number>): readonly NamespaceRef[] {
  const paths = [...pids].flatMap((pid) =>
    namesIn(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}/ns/net`),
  );
  const refs = new Map(paths.map((path) => [inodeOf(path), path]));
  refs.delete(0);
  return [...refs].map(([inode, path]) => ({ inode, path }));
}

/** Processes whose network namespace is one of these. */
export function pidsIn(namespaces: readonly NamespaceRef[]): ReadonlySet<number> {
  const inodes = new Set(namespaces.map(({ inode }) => inode));
  const isInside = (pid: number): boolean =>
    namesIn(`/proc/${pid}/task`).some((tid) => inodes.has(inodeOf(`/proc/${pid}/task/${tid}/ns/net`)));
  return new Set(
    namesIn('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isInside(pid)),
  );
}

/** 0 for what is gone meanwhile, or is protected from root: that is not of a test. */
function inodeOf(path: string): number {
  try {
    return statSync(path).ino;
  } catch {
    return 0;
  }
}

/** What is gone meanwhile has none. */
function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function dumpAll(source: KernelSource, namespace: NamespaceRef): (readonly [number, SocketFacts])[] {
  const sockets: (readonly [number, SocketFacts])[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const states = TCP_STATES.filter((state) => state !== 'CLOSED');
    const dump = source.dumpSockets(namespace, { family, states, extensions: ['info'] });
    if (!dump.known) throw new Error(dump.detail);
    for (const datagram of dump.value) {
      const split = splitNetlinkMessages(datagram);
      for (const { type, payload } of split.ok ? split.value : []) {
        if (!isSocketMessage(type)) continue;
        const socket = decodeInetDiagMessage(payload, namespace.inode, ['info'], createAddressTexts());
        if (socket.ok && socket.value.inode > 0) sockets.push([socket.value.inode, socket.value]);
      }
    }
  }
  return sockets;
}

/** One thread for each table, the leader first. */
function tablesOf(source: KernelSource, pid: number): readonly number[] {
  const distinct: number[] = [];
  for (const tid of namesIn(`/proc/${pid}/task`).map(Number)) {
    const isKnown = distinct.some((other) => {
      const shared = source.shareDescriptors(other, tid);
      return shared.known && shared.value;
    });
    if (!isKnown) distinct.push(tid);
  }
  return distinct;
}

function linksOf(pid: number, tid: number): readonly (readonly [number, string])[] {
  return namesIn(`/proc/${pid}/task/${tid}/fd`).flatMap((fd) => {
    try {
      return [[Number(fd), readlinkSync(`/proc/${pid}/task/${tid}/fd/${fd}`)] as const];
    } catch {
      return [];
    }
  });
}

function instanceOf(link: string): string | null {
  if (link === 'anon_inode:[eventpoll]') return 'epoll';
  return link === 'anon_inode:[io_uring]' ? 'ring' : null;
}

/** A TCP socket that sock_diag does not list is closed, or never was connected. */
function stateOf(
  source: KernelSource,
  socket: SocketFacts | undefined,
  pid: number,
  tid: number,
  fd: number,
): string | null {
  if (socket !== undefined) return socket.state;
  const protocol = source.readSocketProtocol({ pid, tid, fd });
  return protocol.known && protocol.value.startsWith('TCP') ? 'CLOSED' : null;
}

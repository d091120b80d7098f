import { peekInetDiagInode, peekInetDiagPort, peekInetDiagState } from '@closewait/core/codec';
import {
  type CountedNamespace,
  type KernelSource,
  known,
  type LinuxCounts,
  type ListedState,
  type NamespaceRef,
  type StateCounts,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import { fromLinuxState, TCP_STATES, type TcpState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';
import { payloadOf, visitNamespaces } from './read-sockets.ts';

/** All TCP sockets, counted; of one state also where they are. */
export interface SocketCount {
  readonly namespaces: readonly CountedNamespace[];
  readonly counts: StateCounts;
  readonly linux: LinuxCounts;
  /** Of the state that was asked for: sockets by local port. */
  readonly ports: ReadonlyMap<number, number>;
  /** Of the state that was asked for: inode numbers of those that have one. */
  readonly inodes: ReadonlySet<number>;
  readonly problem?: Unknown;
}

const LISTED_STATES: readonly ListedState[] = TCP_STATES.filter((state) => state !== 'CLOSED');

/** TCP_NEW_SYN_RECV of include/net/tcp_states.h: a request socket. inet_req_diag_fill (net/ipv4/inet_diag.c) says 3. */
const NEW_SYN_RECV = 12;

/** Counts every TCP socket by state. Nothing is decoded but the bytes that tell it: 100,000 sockets take a moment. */
export function countSockets(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  state: TcpState | null,
  log: LookLog,
): SocketCount {
  const perNamespace = new Map(namespaces.map(({ inode }) => [inode, noSockets()]));
  const linux = { requestSockets: 0, orphanedFinWait2: 0, notAccepted: 0 };
  const ports = new Map<number, number>();
  const inodes = new Set<number>();
  const request = { states: LISTED_STATES, extensions: [] };
  const unread = visitNamespaces(source, namespaces, request, log, (message, namespace) => {
    const payload = payloadOf(message);
    const number = peekInetDiagState(payload);
    const found = fromLinuxState(number);
    const counts = perNamespace.get(namespace.inode);
    if (found === null || found === 'CLOSED' || counts === undefined) {
      return unknown('garbled', `struct inet_diag_msg: state ${number}`);
    }
    counts[found] += 1;
    const inode = peekInetDiagInode(payload);
    if (inode === 0) noteInodeless(found, number, linux);
    if (found !== state) return undefined;
    if (inode !== 0) inodes.add(inode);
    const port = peekInetDiagPort(payload);
    ports.set(port, (ports.get(port) ?? 0) + 1);
    return undefined;
  });
  const [problem] = unread.size === namespaces.length ? unread.values() : [];
  return {
    namespaces: namespaces.map(({ inode, path }) => ({
      inode,
      path,
      counts: unread.get(inode) ?? known(perNamespace.get(inode) ?? noSockets()),
    })),
    counts: sumCounts([...perNamespace.values()]),
    linux,
    ports,
    inodes,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A socket without an inode has no file: nobody has accepted it, or nobody has it any more. */
function noteInodeless(
  state: ListedState,
  number: number,
  linux: { -readonly [Key in keyof LinuxCounts]: LinuxCounts[Key] },
): void {
  if (number === NEW_SYN_RECV || state === 'SYN-RECEIVED') linux.requestSockets += 1;
  else if (state === 'FIN-WAIT-2') linux.orphanedFinWait2 += 1;
  else if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') linux.notAccepted += 1;
}

type Tally = Record<ListedState, number>;

function noSockets(): Tally {
  return {
    LISTEN: 0,
    'SYN-SENT': 0,
    'SYN-RECEIVED': 0,
    ESTABLISHED: 0,
    'FIN-WAIT-1': 0,
    'FIN-WAIT-2': 0,
    'CLOSE-WAIT': 0,
    CLOSING: 0,
    'LAST-ACK': 0,
    'TIME-WAIT': 0,
  };
}

function sumCounts(tallies: readonly StateCounts[]): StateCounts {
  const sum = noSockets();
  for (const tally of tallies) for (const state of LISTED_STATES) sum[state] += tally[state];
  return sum;
}

import { describeProblem, isPersistWaiting, peekInetDiagInode, peekInetDiagState } from '@closewait/core/codec';
import { type KernelSource, type NamespaceRef, type SocketFacts, type Unknown, unknown } from '@closewait/core/facts';
import { fromLinuxState, TCP_STATES, type TcpState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';
import { createDecoders, payloadOf, visitNamespaces, wholeProblem } from './read-sockets.ts';

/** The TCP sockets of the machine but for those in CLOSE-WAIT, which are read whole: counted, and the listeners. */
export interface SocketCensus {
  /** By inode of the namespace; of those that did not answer the reason. */
  readonly counts: ReadonlyMap<number, NamespaceCount | Unknown>;
  readonly listeners: readonly SocketFacts[];
  /** Connections in ESTABLISHED whose peer does not take what was sent; the first of very many. */
  readonly congested: readonly SocketFacts[];
  /** Inodes of all that were counted. */
  readonly inodes: ReadonlySet<number>;
  readonly problem?: Unknown;
}

/** Sockets of one namespace. */
export interface NamespaceCount {
  readonly byState: ReadonlyMap<TcpState, number>;
  /** How many of them surely are whole sockets, see {@link isWholeSocket}. */
  readonly whole: number;
}

const COUNTED_STATES = TCP_STATES.filter((state) => state !== 'CLOSED' && state !== 'CLOSE-WAIT');

/** Counts sockets by state without decoding more than the listeners. */
export function readCensus(source: KernelSource, namespaces: readonly NamespaceRef[], log: LookLog): SocketCensus {
  const counts = new Map(namespaces.map(({ inode }) => [inode, { byState: new Map<TcpState, number>(), whole: 0 }]));
  const listeners: SocketFacts[] = [];
  const congested: SocketFacts[] = [];
  let moreCongested = 0;
  const inodes = new Set<number>();
  const decoderOf = createDecoders([]);
  const request = { states: COUNTED_STATES, extensions: [] };
  const unread = visitNamespaces(source, namespaces, request, log, (message, namespace) => {
    const payload = payloadOf(message);
    const number = peekInetDiagState(payload);
    const state = fromLinuxState(number);
    const count = counts.get(namespace.inode);
    if (state === null || count === undefined) {
      return unknown('garbled', `struct inet_diag_msg: state ${number}`);
    }
    const inode = peekInetDiagInode(payload);
    count.byState.set(state, (count.byState.get(state) ?? 0) + 1);
    if (isWholeSocket(state, inode)) count.whole++;
    inodes.add(inode);
    const list = state === 'LISTEN' ? listeners : isCongested(state, payload) ? congested : null;
    if (list === null) return undefined;
    if (list === congested && congested.length >= MOST_CONGESTED) {
      moreCongested++;
      return undefined;
    }
    const socket = decoderOf(namespace).decode(message.view, message.payloadStart, message.payloadEnd);
    if (!socket.ok) return unknown('garbled', describeProblem(socket.problem));
    list.push(socket.value);
    return undefined;
  });
  if (moreCongested > 0) {
    const why = unknown('not-asked', `no more than ${MOST_CONGESTED} are read`);
    log.missed(`${moreCongested} connections whose peer does not take what was sent`, why);
  }
  return {
    counts: new Map([...counts].map(([inode, count]) => [inode, unread.get(inode) ?? count])),
    listeners,
    congested,
    inodes,
    ...wholeProblem(namespaces, unread),
  };
}

/**
 * Whether an entry of a dump surely is a whole socket, which `TCP: inuse` of /proc/net/sockstat counts. Entries of TIME-WAIT
 * are not, and neither are request sockets, which look like SYN-RECEIVED, and what remains in FIN-WAIT-2 of a connection
 * that no process has any more (tcp_time_wait, net/ipv4/tcp_minisocks.c).
 */
export function isWholeSocket(state: TcpState, inode: number): boolean {
  return state !== 'TIME-WAIT' && state !== 'SYN-RECEIVED' && (state !== 'FIN-WAIT-2' || inode !== 0);
}

/** One that is slow is enough to explain a reader that waits for it. */
const MOST_CONGESTED = 1000;

function isCongested(state: TcpState, payload: Uint8Array): boolean {
  return state === 'ESTABLISHED' && isPersistWaiting(payload);
}

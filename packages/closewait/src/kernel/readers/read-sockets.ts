import {
  createAddressTexts,
  decodeInetDiagMessage,
  describeProblem,
  isPersistWaiting,
  isSocketMessage,
  peekInetDiagInode,
  peekInetDiagState,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import {
  type DumpExtension,
  type DumpRequest,
  type KernelSource,
  known,
  type NamespaceFacts,
  type NamespaceRef,
  type SocketFacts,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import { fromLinuxState, TCP_STATES, type TcpState, toLinuxState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';

const FAMILIES = ['ipv4', 'ipv6'] as const;
const FAMILY_NAMES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

/** Sockets of some states, decoded whole. */
export interface SocketList {
  readonly sockets: readonly SocketFacts[];
  /** The namespaces that answered. */
  readonly answered: readonly NamespaceRef[];
  readonly problem?: Unknown;
}

/** All TCP sockets of the machine, counted, and the listeners. */
export interface SocketCensus {
  readonly namespaces: readonly NamespaceFacts[];
  readonly countByState: Readonly<Partial<Record<TcpState, number>>>;
  readonly listeners: readonly SocketFacts[];
  /** Connections in ESTABLISHED whose peer does not take what was sent; the first of very many. */
  readonly congested: readonly SocketFacts[];
  /** Inodes of all TCP sockets that the kernel lists. */
  readonly inodes: ReadonlySet<number>;
  readonly problem?: Unknown;
}

/** Which sockets to decode. */
export interface SocketQuery {
  readonly states: readonly TcpState[];
  readonly extensions: readonly DumpExtension[];
  /** Default true. Sockets in FIN-WAIT-2 that no process has any more: a busy host has tens of thousands of them. */
  readonly orphans?: boolean;
}

const FIN_WAIT_2 = toLinuxState('FIN-WAIT-2');

/** A socket in FIN-WAIT-2 that no process has. */
export function isOrphan(payload: Uint8Array): boolean {
  return peekInetDiagState(payload) === FIN_WAIT_2 && peekInetDiagInode(payload) === 0;
}

/** Decodes every socket of the given states in all namespaces. */
export function readSockets(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  { states, extensions, orphans = true }: SocketQuery,
  log: LookLog,
): SocketList {
  const sockets: SocketFacts[] = [];
  const addresses = createAddressTexts();
  const unread = visitNamespaces(source, namespaces, { states, extensions }, log, (payload, namespace) => {
    if (!orphans && isOrphan(payload)) return undefined;
    const socket = decodeInetDiagMessage(payload, namespace.inode, extensions, addresses);
    if (!socket.ok) return unknown('garbled', describeProblem(socket.problem));
    sockets.push(socket.value);
    return undefined;
  });
  return {
    sockets,
    answered: namespaces.filter(({ inode }) => !unread.has(inode)),
    ...wholeProblem(namespaces, unread),
  };
}

/** Counts every TCP socket by state without decoding more than the listeners. */
export function readCensus(source: KernelSource, namespaces: readonly NamespaceRef[], log: LookLog): SocketCensus {
  const countByState: Partial<Record<TcpState, number>> = {};
  const countByNamespace = new Map<number, number>();
  const listeners: SocketFacts[] = [];
  const congested: SocketFacts[] = [];
  let moreCongested = 0;
  const inodes = new Set<number>();
  const addresses = createAddressTexts();
  const states = TCP_STATES.filter((state) => state !== 'CLOSED');
  const unread = visitNamespaces(source, namespaces, { states, extensions: [] }, log, (payload, { inode }) => {
    const number = peekInetDiagState(payload);
    const state = fromLinuxState(number);
    if (state === null) return unknown('garbled', `struct inet_diag_msg: state ${number}`);
    countByState[state] = (countByState[state] ?? 0) + 1;
    countByNamespace.set(inode, (countByNamespace.get(inode) ?? 0) + 1);
    inodes.add(peekInetDiagInode(payload));
    const list = state === 'LISTEN' ? listeners : isCongested(state, payload) ? congested : null;
    if (list === null) return undefined;
    if (list === congested && congested.length >= MOST_CONGESTED) {
      moreCongested++;
      return undefined;
    }
    const socket = decodeInetDiagMessage(payload, inode, [], addresses);
    if (!socket.ok) return unknown('garbled', describeProblem(socket.problem));
    list.push(socket.value);
    return undefined;
  });
  if (moreCongested > 0) {
    const why = unknown('not-asked', `no more than ${MOST_CONGESTED} are read`);
    log.missed(`${moreCongested} connections whose peer does not take what was sent`, why);
  }
  const seen = namespaces.map(({ inode, path }) => ({
    inode,
    path,
    sockets: unread.get(inode) ?? known(countByNamespace.get(inode) ?? 0),
  }));
  return { namespaces: seen, countByState, listeners, congested, inodes, ...wholeProblem(namespaces, unread) };
}

/** One that is slow is enough to explain a reader that waits for it. */
const MOST_CONGESTED = 1000;

function isCongested(state: TcpState, payload: Uint8Array): boolean {
  return state === 'ESTABLISHED' && isPersistWaiting(payload);
}

export type Visit = (payload: Uint8Array, namespace: NamespaceRef) => Unknown | undefined;

/** Visits each socket of each namespace. The answer: the namespaces of which no socket could be read, and why. */
export function visitNamespaces(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  request: Omit<DumpRequest, 'family'>,
  log: LookLog,
  visit: Visit,
): ReadonlyMap<number, Unknown> {
  const unread = new Map<number, Unknown>();
  for (const namespace of namespaces) {
    const problem = visitNamespace(source, namespace, request, log, visit);
    if (problem !== undefined) unread.set(namespace.inode, problem);
  }
  return unread;
}

function visitNamespace(
  source: KernelSource,
  namespace: NamespaceRef,
  request: Omit<DumpRequest, 'family'>,
  log: LookLog,
  visit: Visit,
): Unknown | undefined {
  const both = source.dumpSockets(namespace, { family: 'any', ...request });
  // A kernel that does not take it, or a recording from before it was asked.
  if (!both.known && (both.why === 'unsupported' || both.why === 'not-asked')) {
    return visitFamilies(source, namespace, request, log, visit);
  }
  if (!both.known) {
    if (both.why === 'denied') log.missed(`sockets of namespace ${namespace.path}`, both);
    return both;
  }
  const garbled = visitDump(both.value, namespace, visit);
  if (garbled !== undefined) log.missed(`some sockets of namespace ${namespace.path}`, garbled);
  return undefined;
}

/** One family after the other. */
function visitFamilies(
  source: KernelSource,
  namespace: NamespaceRef,
  request: Omit<DumpRequest, 'family'>,
  log: LookLog,
  visit: Visit,
): Unknown | undefined {
  let problem: Unknown | undefined;
  let read = false;
  for (const family of FAMILIES) {
    const dump = source.dumpSockets(namespace, { family, ...request });
    if (!dump.known) {
      problem ??= dump;
      // The namespace is gone, or cannot be entered: the other family would be answered alike.
      if (dump.why === 'gone' || dump.why === 'denied') break;
      log.missed(`${FAMILY_NAMES[family]} sockets of namespace ${namespace.path}`, dump);
      continue;
    }
    read = true;
    const garbled = visitDump(dump.value, namespace, visit);
    if (garbled !== undefined)
      log.missed(`some ${FAMILY_NAMES[family]} sockets of namespace ${namespace.path}`, garbled);
  }
  if (read || problem === undefined) return undefined;
  if (problem.why === 'denied') log.missed(`sockets of namespace ${namespace.path}`, problem);
  return problem;
}

/** Visits every message, also after one that cannot be decoded; answers the first problem. */
function visitDump(datagrams: readonly Uint8Array[], namespace: NamespaceRef, visit: Visit): Unknown | undefined {
  let problem: Unknown | undefined;
  for (const datagram of datagrams) {
    const split = splitNetlinkMessages(datagram);
    if (!split.ok) return unknown('garbled', describeProblem(split.problem));
    for (const message of split.value) {
      if (!isSocketMessage(message.type)) continue;
      const found = visit(message.payload, namespace);
      problem ??= found;
    }
  }
  return problem;
}

/** Set where not one namespace could be read: the look is then worth nothing. */
function wholeProblem(
  namespaces: readonly NamespaceRef[],
  unread: ReadonlyMap<number, Unknown>,
): { readonly problem?: Unknown } {
  const [first] = unread.values();
  return first !== undefined && unread.size === namespaces.length ? { problem: first } : {};
}

import {
  createAddressTexts,
  describeProblem,
  InetDiagDecoder,
  isSocketMessage,
  type MessageCursor,
  messageProblem,
  messagesOf,
  nextMessage,
  peekInetDiagInode,
  peekInetDiagState,
} from '@closewait/core/codec';
import {
  type DumpExtension,
  type DumpRequest,
  type KernelSource,
  type NamespaceRef,
  type SocketFacts,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import { type TcpState, toLinuxState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';

const FAMILIES = ['ipv4', 'ipv6'] as const;
const FAMILY_NAMES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

/** Sockets of some states, decoded whole. */
export interface SocketList {
  readonly sockets: readonly SocketFacts[];
  /** The namespaces that answered. */
  readonly answered: readonly NamespaceRef[];
  /** Why the others did not, by inode. */
  readonly unread: ReadonlyMap<number, Unknown>;
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
  const decoderOf = createDecoders(extensions);
  const unread = visitNamespaces(source, namespaces, { states, extensions }, log, (message, namespace) => {
    if (!orphans && isOrphan(payloadOf(message))) return undefined;
    const socket = decoderOf(namespace).decode(message.view, message.payloadStart, message.payloadEnd);
    if (!socket.ok) return unknown('garbled', describeProblem(socket.problem));
    sockets.push(socket.value);
    return undefined;
  });
  return {
    sockets,
    answered: namespaces.filter(({ inode }) => !unread.has(inode)),
    unread,
    ...wholeProblem(namespaces, unread),
  };
}

/** Makes a decoder for each namespace; they share the texts of addresses. */
export function createDecoders(extensions: readonly DumpExtension[]): (namespace: NamespaceRef) => InetDiagDecoder {
  const addresses = createAddressTexts();
  const decoders = new Map<number, InetDiagDecoder>();
  return ({ inode }) => {
    const found = decoders.get(inode) ?? new InetDiagDecoder({ netns: inode, extensions, addresses });
    decoders.set(inode, found);
    return found;
  };
}

/** Called with each message about a socket; the answer is what is wrong with it. */
export type Visit = (message: MessageCursor, namespace: NamespaceRef) => Unknown | undefined;

/** A view of the message where the cursor is. */
export function payloadOf({ view, payloadStart, payloadEnd }: MessageCursor): Uint8Array {
  return new Uint8Array(view.buffer, payloadStart, payloadEnd - payloadStart);
}

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
    const message = messagesOf(datagram);
    for (let step = nextMessage(message); step !== 'end'; step = nextMessage(message)) {
      if (step === 'cut') {
        const cut = messageProblem(message, datagram);
        return cut.ok ? undefined : unknown('garbled', describeProblem(cut.problem));
      }
      if (!isSocketMessage(message.type)) continue;
      const found = visit(message, namespace);
      problem ??= found;
    }
  }
  return problem;
}

/** Set where not one namespace could be read: the look is then worth nothing. */
export function wholeProblem(
  namespaces: readonly NamespaceRef[],
  unread: ReadonlyMap<number, Unknown>,
): { readonly problem?: Unknown } {
  const [first] = unread.values();
  return first !== undefined && unread.size === namespaces.length ? { problem: first } : {};
}

import { describeProblem, peekInetDiagInode, peekInetDiagState } from '@closewait/core/codec';
import { type KernelSource, type NamespaceRef, type SocketFacts, type Unknown, unknown } from '@closewait/core/facts';
import { fromLinuxState, TCP_STATES } from '@closewait/core/tcp';
import { countInUse } from './count-in-use.ts';
import type { LookLog } from './look-log.ts';
import { isWholeSocket, type NamespaceCount } from './read-census.ts';
import { createDecoders, payloadOf, readSockets, visitNamespaces, wholeProblem } from './read-sockets.ts';

/** What is known of the sockets in CLOSE-WAIT that some descriptor refers to. */
export interface HeldStuck {
  /** By inode of the namespace. */
  readonly countByNamespace: ReadonlyMap<number, number>;
  readonly has: (inode: number) => boolean;
  /** All sockets of a namespace, counted before anything was read of them. */
  readonly inUseBefore: ReadonlyMap<number, number | null>;
  /** Counts of the other states, where they were counted. */
  readonly otherCounts: ReadonlyMap<number, NamespaceCount | Unknown> | null;
  /** Listeners of all namespaces, where they were read. */
  readonly listeners: readonly SocketFacts[] | null;
}

/** Sockets in CLOSE-WAIT that no descriptor refers to. */
export interface UnheldList {
  readonly sockets: readonly SocketFacts[];
  /** The namespaces that did not answer. */
  readonly unread: ReadonlyMap<number, Unknown>;
  readonly problem?: Unknown;
}

/** Where fewer are held, a dump of all of them costs no more than the questions that would save it. */
const WORTH_COUNTING = 2000;

/** Each port is a pass over the kernel's table; with more queues than this one dump of everything is cheaper. */
const MOST_PORTS = 4;

const STUCK = ['CLOSE-WAIT'] as const;
const EXTENSIONS = ['info'] as const;

/**
 * Finds the sockets in CLOSE-WAIT that are in an accept queue, or that the kernel or something without a descriptor keeps.
 * The kernel cannot be asked for just these. Where very many are held it is asked how many there are in all: if those in
 * accept queues are what is missing, there is nothing else.
 */
export function readUnheld(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  held: HeldStuck,
  log: LookLog,
): UnheldList {
  const unread = new Map<number, Unknown>();
  const sockets = namespaces.flatMap((namespace) => {
    const question: Question = { source, namespace, held, log, unread };
    return readQueued(question) ?? dumpUnheld(question);
  });
  return { sockets, unread, ...wholeProblem(namespaces, unread) };
}

interface Question {
  readonly source: KernelSource;
  readonly namespace: NamespaceRef;
  readonly held: HeldStuck;
  readonly log: LookLog;
  readonly unread: Map<number, Unknown>;
}

function dumpUnheld({ source, namespace, held, log, unread }: Question, localPort?: number): readonly SocketFacts[] {
  const found: SocketFacts[] = [];
  const decoderOf = createDecoders(EXTENSIONS);
  const request = { states: STUCK, extensions: EXTENSIONS, ...(localPort === undefined ? {} : { localPort }) };
  const refused = visitNamespaces(source, [namespace], request, log, (message) => {
    if (held.has(peekInetDiagInode(payloadOf(message)))) return undefined;
    const socket = decoderOf(namespace).decode(message.view, message.payloadStart, message.payloadEnd);
    if (!socket.ok) return unknown('garbled', describeProblem(socket.problem));
    found.push(socket.value);
    return undefined;
  });
  for (const [inode, problem] of refused) unread.set(inode, problem);
  return found;
}

/** The sockets in accept queues, where it is sure that they are all; null where it is not, or would cost more. */
function readQueued(question: Question): readonly SocketFacts[] | null {
  const { source, namespace, held, log } = question;
  const heldHere = held.countByNamespace.get(namespace.inode) ?? 0;
  // In a report the others are counted already.
  if (heldHere < WORTH_COUNTING && held.otherCounts === null) return null;
  const inUse = held.inUseBefore.get(namespace.inode) ?? null;
  if (inUse === null || (held.otherCounts === null && inUse > 2 * heldHere)) return null;
  const others = countOthers(question);
  if (others === null) return null;
  const listeners =
    held.listeners ?? readSockets(source, [namespace], { states: ['LISTEN'], extensions: [] }, log).sockets;
  const ports = new Set(
    listeners
      .filter(({ netns, rxQueueBytes }) => netns === namespace.inode && rxQueueBytes > 0)
      .map(({ local }) => local.port),
  );
  if (ports.size > MOST_PORTS) return null;
  const queued = [...ports].flatMap((port) => dumpUnheld(question, port));
  // The same number again: nothing came or went since before the look that could have made up for another.
  const isWhole = inUse === others + heldHere + queued.length && countInUse(source, namespace) === inUse;
  return isWhole ? queued : null;
}

const OTHER_STATES = TCP_STATES.filter(
  (state) => state !== 'CLOSED' && state !== 'CLOSE-WAIT' && state !== 'TIME-WAIT',
);

/**
 * The sockets in other states, where they can be counted. Rather one too few than one too many: too few make it look as if
 * some in CLOSE-WAIT were missing, and all of them are dumped.
 */
function countOthers({ source, namespace, held, log }: Question): number | null {
  if (held.otherCounts !== null) {
    const counts = held.otherCounts.get(namespace.inode);
    return counts === undefined || 'known' in counts ? null : counts.whole;
  }
  let count = 0;
  const request = { states: OTHER_STATES, extensions: [] };
  const refused = visitNamespaces(source, [namespace], request, log, (message) => {
    const payload = payloadOf(message);
    const state = fromLinuxState(peekInetDiagState(payload));
    if (state !== null && isWholeSocket(state, peekInetDiagInode(payload))) count++;
    return undefined;
  });
  return refused.size === 0 ? count : null;
}

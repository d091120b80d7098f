import { calmFor, describeProblem, peekInetDiagCookie } from '@closewait/core/codec';
import { type KernelSource, type NamespaceRef, type SocketFacts, type Unknown, unknown } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import type { LookLog } from './look-log.ts';
import { createDecoders, isOrphan, payloadOf, visitNamespaces } from './read-sockets.ts';

/** What became of the sockets of a first look. */
export interface ComparedSockets {
  /** Those that are still there. Where nothing happened to one, as it was: all times count back from the first look. */
  readonly sockets: readonly SocketFacts[];
  /** Cookies of those on which bytes moved. */
  readonly moved: ReadonlySet<bigint>;
  readonly departed: readonly SocketFacts[];
  readonly arrived: readonly SocketFacts[];
  /** Between the two looks at them, by their own clock; null where none stayed as it was. */
  readonly passedMs: number | null;
  readonly problem?: Unknown;
}

const EXTENSIONS = ['info'] as const;

/** Asks `namespaces` for the sockets of `states` once more. What is in others stays as the first look saw it. */
export function readAgain(
  source: KernelSource,
  namespaces: readonly NamespaceRef[],
  { before, states }: { readonly before: readonly SocketFacts[]; readonly states: readonly TcpState[] },
  log: LookLog,
): ComparedSockets {
  const earlier = new EarlierSockets(before);
  const sockets: SocketFacts[] = [];
  const moved = new Set<bigint>();
  const arrived: SocketFacts[] = [];
  const decoderOf = createDecoders(EXTENSIONS);
  let passedMs: number | null = null;
  const unread = visitNamespaces(source, namespaces, { states, extensions: EXTENSIONS }, log, (message, namespace) => {
    const payload = payloadOf(message);
    if (isOrphan(payload)) return undefined;
    const was = earlier.take(peekInetDiagCookie(payload));
    const calmMs = was === undefined ? null : calmFor(payload, was);
    if (was !== undefined && calmMs !== null) {
      passedMs ??= calmMs;
      sockets.push(was);
      return undefined;
    }
    const decoded = decoderOf(namespace).decode(message.view, message.payloadStart, message.payloadEnd);
    if (!decoded.ok) return unknown('garbled', describeProblem(decoded.problem));
    const socket = decoded.value;
    if (was?.state !== 'CLOSE-WAIT' && socket.state === 'CLOSE-WAIT') arrived.push(socket);
    if (was === undefined) return undefined;
    sockets.push(socket);
    if (hasMoved(was, socket)) moved.add(socket.cookie);
    return undefined;
  });
  const answered = new Set(namespaces.map(({ inode }) => inode).filter((inode) => !unread.has(inode)));
  const left = earlier.rest();
  const [problem] = answered.size === 0 ? unread.values() : [];
  return {
    sockets: [...sockets, ...left.filter(({ netns }) => !answered.has(netns))],
    moved,
    departed: left.filter(({ netns, state }) => answered.has(netns) && state === 'CLOSE-WAIT'),
    arrived,
    passedMs,
    ...(problem === undefined ? {} : { problem }),
  };
}

function hasMoved(was: SocketFacts, is: SocketFacts): boolean {
  if (was.rxQueueBytes !== is.rxQueueBytes) return true;
  if (!was.info.known || !is.info.known) return false;
  const [a, b] = [was.info.value, is.info.value];
  // Not what was sent: that counts retransmissions, which tell nothing of the peer.
  return a.bytesReceived !== b.bytesReceived || a.bytesAcked !== b.bytesAcked;
}

/** Finds sockets by their cookies. Two dumps have one order but for what came and went, so the next one is tried first. */
class EarlierSockets {
  readonly #sockets: readonly SocketFacts[];
  readonly #taken: Uint8Array;
  #next = 0;
  #indexOf: ReadonlyMap<bigint, number> | undefined;

  constructor(sockets: readonly SocketFacts[]) {
    this.#sockets = sockets;
    this.#taken = new Uint8Array(sockets.length);
  }

  take(cookie: bigint): SocketFacts | undefined {
    const index = this.#sockets[this.#next]?.cookie === cookie ? this.#next : this.#find(cookie);
    if (index === undefined) return undefined;
    this.#taken[index] = 1;
    this.#next = index + 1;
    return this.#sockets[index];
  }

  rest(): readonly SocketFacts[] {
    return this.#sockets.filter((_, index) => this.#taken[index] === 0);
  }

  #find(cookie: bigint): number | undefined {
    this.#indexOf ??= new Map(this.#sockets.map((socket, index) => [socket.cookie, index]));
    return this.#indexOf.get(cookie);
  }
}

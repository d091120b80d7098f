import type { SocketFacts } from '@closewait/core/facts';

/** What became of the sockets of a first look. */
export interface ComparedSockets {
  /** Those that are still there, as the second look saw them; without a second one, as the first did. */
  readonly sockets: readonly SocketFacts[];
  /** Cookies of those on which bytes moved. */
  readonly moved: ReadonlySet<bigint>;
  readonly departed: readonly SocketFacts[];
  readonly arrived: readonly SocketFacts[];
}

/** `answered`: the namespaces of which the second look knows; of others the first one stands. */
export function compareSockets(
  before: readonly SocketFacts[],
  after: readonly SocketFacts[] | null,
  answered: ReadonlySet<number>,
): ComparedSockets {
  if (after === null) return { sockets: before, moved: new Set(), departed: [], arrived: [] };
  const earlier = new Map<bigint, SocketFacts>();
  for (const socket of before) earlier.set(socket.cookie, socket);
  const sockets: SocketFacts[] = [];
  const moved = new Set<bigint>();
  const arrived: SocketFacts[] = [];
  for (const socket of after) {
    const was = earlier.get(socket.cookie);
    earlier.delete(socket.cookie);
    if (was?.state !== 'CLOSE-WAIT' && socket.state === 'CLOSE-WAIT') arrived.push(socket);
    if (was === undefined) continue;
    sockets.push(socket);
    if (hasMoved(was, socket)) moved.add(socket.cookie);
  }
  const departed: SocketFacts[] = [];
  for (const socket of earlier.values()) {
    if (!answered.has(socket.netns)) sockets.push(socket);
    else if (socket.state === 'CLOSE-WAIT') departed.push(socket);
  }
  return { sockets, moved, departed, arrived };
}

function hasMoved(was: SocketFacts, is: SocketFacts): boolean {
  if (was.rxQueueBytes !== is.rxQueueBytes) return true;
  if (!was.info.known || !is.info.known) return false;
  const [a, b] = [was.info.value, is.info.value];
  // Not what was sent: that counts retransmissions, which tell nothing of the peer.
  return a.bytesReceived !== b.bytesReceived || a.bytesAcked !== b.bytesAcked;
}

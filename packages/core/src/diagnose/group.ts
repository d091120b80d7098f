import { formatEndpoint, type ProcessFacts, type SocketFacts, unmapAddress } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import type { OwnerFinder } from './owner-finder.ts';

/**
 * Connections that are judged together: same process, same listener or same peer, and in the same situation. One
 * socket proves little; what the group has in common does.
 */
export interface Group {
  /** Stable from look to look, see Finding.id. */
  readonly key: string;
  /** Null where no holder was seen. */
  readonly process: ProcessFacts | null;
  /** All listeners that may have made these connections; several share one port. */
  readonly listeners: readonly SocketFacts[];
  readonly situation: Situation;
  readonly connections: readonly StuckConnection[];
}

/**
 * `queued`: still in an accept queue. `sending`: the peer does not take what this side has sent (persist timer, RFC 9293
 * 3.8.6.1). `held`: everything else.
 */
export type Situation = 'queued' | 'sending' | 'held';

function situationOf({ inode, timer, txQueueBytes }: SocketFacts): Situation {
  if (inode === 0) return 'queued';
  return timer.kind === 'persist' && txQueueBytes > 0 ? 'sending' : 'held';
}

/** Sorts connections in CLOSE-WAIT into groups. */
export function groupConnections(connections: readonly StuckConnection[], finder: OwnerFinder): readonly Group[] {
  const groups = new Map<string, Group & { readonly connections: StuckConnection[] }>();
  for (const connection of connections) {
    const { socket } = connection;
    const listeners = finder.listenersOf(socket);
    const process = finder.ownerOf(connection);
    const situation = situationOf(socket);
    const key = `${ownerKey(process)}/${anchorKey(socket, listeners)}/${situation}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { key, process, listeners, situation, connections: [connection] });
    else group.connections.push(connection);
  }
  return [...groups.values()];
}

/** A pid is used again; with the start time it is not. */
export function ownerKey(process: ProcessFacts | null): string {
  if (process === null) return 'nobody';
  return process.startedAtMs.known ? `${process.pid}.${process.startedAtMs.value}` : `${process.pid}`;
}

/** A server's connections belong together by their listener, a client's by whom they were made to. */
function anchorKey(socket: SocketFacts, listeners: readonly SocketFacts[]): string {
  const [listener] = listeners;
  if (listener !== undefined) return `${listener.netns}/on/${formatEndpoint(listener.local)}`;
  const { address, port } = socket.remote;
  return `${socket.netns}/to/${formatEndpoint({ address: unmapAddress(address), port })}`;
}

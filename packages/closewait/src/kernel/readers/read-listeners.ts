import type { SocketFacts } from '@closewait/core/facts';
import type { GatherQuery } from './gathered.ts';
import { readSockets } from './read-sockets.ts';

/** A connection in an accept queue belongs to its listener's process; without one nobody asks for listeners. */
export function readListeners(
  sockets: readonly SocketFacts[],
  { source, namespaces, log }: GatherQuery,
): readonly SocketFacts[] {
  if (!sockets.some(({ state, inode }) => state === 'CLOSE-WAIT' && inode === 0)) return [];
  return log.run('listeners', () => readSockets(source, namespaces, { states: ['LISTEN'], extensions: [] }, log))
    .sockets;
}

import type { Facts, Interest, SocketFacts } from '../facts/index.ts';
import type { Connections } from './finding.ts';

/** The watches of epoll instances on these connections. */
export function interestsOf(connections: Connections, facts: Facts): readonly Interest[] {
  return interestsOn(
    connections.map(({ socket }) => socket),
    facts,
  );
}

/** The same of sockets. */
export function interestsOn(sockets: readonly SocketFacts[], { closeLook }: Facts): readonly Interest[] {
  if (closeLook === null || closeLook.interests.size === 0) return [];
  return sockets.flatMap(({ inode }) => closeLook.interests.get(inode) ?? []);
}

/** The masks among them, `0x19` and the like, each once. */
export function describeMasks(interests: readonly Interest[]): string {
  return [...new Set(interests.map(({ mask }) => `0x${mask.toString(16)}`))].join(', ');
}

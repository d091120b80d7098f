import type { Facts, Interest } from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';

/** The watches of epoll instances on these connections. */
export function interestsOf(connections: readonly StuckConnection[], { closeLook }: Facts): readonly Interest[] {
  return connections.flatMap(({ socket }) => closeLook?.interests.get(socket.inode) ?? []);
}

/** The masks among them, `0x19` and the like, each once. */
export function describeMasks(interests: readonly Interest[]): string {
  return [...new Set(interests.map(({ mask }) => `0x${mask.toString(16)}`))].join(', ');
}

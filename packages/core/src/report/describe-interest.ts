import type { CloseLook, EventInterest, Holder, Interest, SocketFacts } from '../facts/index.ts';

/**
 * Which events the owners of a socket wait for on it: `IN, level`, `OUT only, level`, `ONESHOT fired`, `not watched`; of
 * several instances that differ, all. Null where nobody looked, or not everywhere.
 */
export function describeInterest(
  socket: SocketFacts,
  holders: readonly Holder[],
  closeLook: CloseLook | null,
): string | null {
  if (closeLook === null || socket.inode === 0 || holders.length === 0) return null;
  const found = closeLook.interests.get(socket.inode) ?? [];
  if (found.length > 0) return [...new Set(found.map(describeOne))].join('; ');
  const isWhole = holders.every(({ pid }) => closeLook.activities.get(pid)?.epolls.known === true);
  return isWhole ? 'not watched' : null;
}

function describeOne({ events }: Interest): string {
  if (events.fired) return 'ONESHOT fired';
  const asked = nameEvents(events);
  const alone = asked.length === 1 && !events.in ? ' only' : '';
  const what = asked.length === 0 ? 'nothing but errors' : `${asked.join('+')}${alone}`;
  return [what, events.et ? 'edge' : 'level', ...(events.oneshot ? ['ONESHOT'] : [])].join(', ');
}

function nameEvents(events: EventInterest): readonly string[] {
  return [...(events.in ? ['IN'] : []), ...(events.out ? ['OUT'] : []), ...(events.rdhup ? ['RDHUP'] : [])];
}

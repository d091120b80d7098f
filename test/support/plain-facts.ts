import type { Facts } from '@closewait/core/facts';
import { plainSocket } from './plain-socket.ts';

/** A copy of everything that a look has learned, with sockets and holders that can be compared. */
export function plainFacts(facts: Facts): Facts {
  const { closeLook } = facts;
  return {
    ...facts,
    sockets: facts.sockets.map(plainSocket),
    listeners: facts.listeners.map(plainSocket),
    holders: new Map(facts.holders),
    closeLook:
      closeLook === null
        ? null
        : {
            ...closeLook,
            departed: closeLook.departed.map(plainSocket),
            arrived: closeLook.arrived.map(plainSocket),
            congested: closeLook.congested.map(plainSocket),
          },
  };
}

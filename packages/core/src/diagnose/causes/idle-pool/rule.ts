import type { Facts } from '../../../facts/index.ts';
import { growthOfArrivals } from '../../forecast.ts';
import type { Group } from '../../group.ts';
import { ProcessView } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A FIN, and with TLS the close_notify before it: 24 to 70 bytes (measured for TLS 1.2 and 1.3). More is an answer that
 * nobody read.
 */
const FAREWELL_BYTES = 128;

/**
 * This side connected, got answers, and keeps the connection for later; the server has closed it meanwhile. A pool that
 * only looks at the next use leaves it so. Bounded by the pool's size: where they become more and more it is a leak.
 */
export function judgeIdlePool(group: Group, facts: Facts): Verdict | null {
  const { traits, situation, connections, process } = group;
  if (situation !== 'held' || traits.moves || traits.role !== 'connected' || !traits.answered) return null;
  if (traits.watch !== 'unwatched' && traits.watch !== 'registered-once') return null;
  if (traits.progress !== 'fin-unread' && traits.progress !== 'partly-read') return null;
  const small = connections.every(({ socket }) => socket.rxQueueBytes <= FAREWELL_BYTES);
  if (!small) return null;
  const growth = growthOfArrivals(group.tally.arrivals, connections, facts.closeLook);
  const view = ProcessView.of(process, facts);
  const count = connections.length;
  const one = count === 1;
  return {
    confidence: growth === null && view !== null ? 'likely' : 'possible',
    title: `${one ? 'A kept connection' : `${count} kept connections`} of a client, which the server has closed; the next use will find out.`,
    evidence: [
      {
        id: 'this-side-connected',
        says: `this side connected ${one ? 'it' : 'them'} (its SYN was acknowledged)`,
        value: count,
        from: 'tcpi_bytes_acked and tcpi_bytes_sent',
      },
      {
        id: 'only-the-farewell',
        says: 'answers were read, and only the end is left unread (a FIN; with TLS a close_notify before it)',
        value: connections.reduce((most, { socket }) => Math.max(most, socket.rxQueueBytes), 0),
        from: 'idiag_rqueue',
      },
      ...(growth === null ? [{ id: 'flat', says: 'they do not become more', value: true }] : []),
    ],
    against:
      growth === null
        ? []
        : [{ id: 'grows', says: 'they become more: a pool is bounded, a leak is not', value: growth.perMin }],
    missing: [],
  };
}

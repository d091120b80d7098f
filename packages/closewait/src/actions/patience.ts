import type { SocketTimer } from '@closewait/core/facts';
import type { Order, Sighting } from '@closewait/core/orders';

/** An acknowledgement of a FIN may be delayed (TCP_DELACK_MIN is 40 ms, net/tcp.h), a program that wakes has to be scheduled. */
const SHORT_MS = 500;
const PROGRAM_MS = 3000;
/** A timer of the kernel may be late by as much as an interval, and a busy machine later. */
const LATE_MS = 1500;
/** Nobody waits longer at a terminal; what has not come by then is said to be open. */
const MOST_MS = 60_000;

/** How long to look again for what an action brings, by what was measured of it. Milliseconds. `timer`: as it is since then. */
export function patienceOf({ action, frees }: Order, timer: SocketTimer | null): number {
  if (action === null) return 0;
  const program = frees?.descriptor === 'no' ? SHORT_MS : PROGRAM_MS;
  switch (action.method) {
    case 'timeout': {
      if (action.keepalive) return Math.min(MOST_MS, action.timeoutMs + LATE_MS);
      // The kernel looks at the clock when its timer fires: of a window that has long been shut that may be minutes away. Where
      // that is the first probe, the time limit begins with it (tcp_probe_timer, net/ipv4/tcp_timer.c).
      const fires = timer === null || timer.kind === 'none' ? 0 : timer.expiresMs;
      return Math.min(MOST_MS, fires + action.timeoutMs + LATE_MS + SHORT_MS);
    }
    case 'free-descriptor':
      return 0;
    default:
      return program;
  }
}

/** Whether everything has come that was to come. */
export function isSettled({ action, frees }: Order, { state, descriptor, goesOn }: Sighting): boolean {
  if (action?.method === 'thaw' && goesOn !== true) return false;
  // A limit that ends nothing brings nothing to wait for.
  if (frees !== null && frees.connection === 'no') return true;
  const hasEnded = state === null || state === 'CLOSED' || state === 'TIME-WAIT' || state === 'another';
  if (!hasEnded) return false;
  return frees?.descriptor !== 'yes' || descriptor === 'free' || descriptor === 'other' || descriptor === 'none';
}

import type { FoundConnection } from './find-connections.ts';
import type { TraceCall, TraceEnd, TraceMissing, TraceSide } from './trace-document.ts';

/** What is known of one end when the observation ends. */
interface EndOfEnd {
  readonly connection: FoundConnection;
  readonly end: TraceEnd;
  readonly side: TraceSide;
  /** Of the other side. */
  readonly peerCalls: readonly TraceCall[];
  /** Nobody has accepted it. */
  readonly isQueued: boolean;
  readonly endedMs: number;
  /** A process has a descriptor of the socket, and the kernel has no connection any more. */
  readonly isHeldOnly: boolean;
}

/** Data that left so shortly before the end tells that this side is still sending. */
const STILL_MS = 200;

/** What the side owes that has got the peer's FIN: the calls that nobody made, and its own FIN. */
export function findMissing({
  connection,
  end,
  side,
  peerCalls,
  isQueued,
  endedMs,
  isHeldOnly,
}: EndOfEnd): readonly TraceMissing[] {
  const fromThis = (port: number, address: string): boolean => port === side.port && address === side.address;
  const own = connection.segments.filter(({ source }) => fromThis(source.port, source.address));
  const fin = connection.segments.find(
    ({ source, flags }) => flags.includes('FIN') && !fromThis(source.port, source.address),
  );
  const forMs = fin === undefined ? null : endedMs - fin.atMs;
  const missing = (what: TraceMissing['what'], bytes: number | null = null, isDue = true): TraceMissing => ({
    kind: 'missing',
    at: endedMs,
    end,
    what,
    forMs,
    bytes,
    isDue,
  });
  if (isHeldOnly) return [missing('close')];
  if (side.state !== 'CLOSE-WAIT') return [];
  const isSending = own.some(
    ({ payloadBytes, atMs }) => payloadBytes > 0 && atMs > (fin?.atMs ?? 0) && atMs > endedMs - STILL_MS,
  );
  // Or the peer takes what waits here, however slowly.
  const isTaken =
    (side.txQueueBytes ?? 0) > 0 && peerCalls.some((call) => isRead(call) && endedMs - call.at < STILL_MS);
  if (isSending || isTaken) return [missing('close', null, false), missing('fin', null, false)];
  const unread = side.rxQueueBytes ?? 0;
  return [
    ...(isQueued ? [missing('accept')] : []),
    ...(unread > 0 ? [missing('read', unread - 1)] : []),
    missing('close'),
    missing('fin'),
  ];
}

function isRead({ call, result }: TraceCall): boolean {
  return (call === 'read' || call.startsWith('recv')) && result !== null && result > 0;
}

import {
  type Endpoint,
  type Observation,
  type ObservedChange,
  type ObservedSighting,
  valueOr,
} from '../../facts/index.ts';
import type { TcpState } from '../../tcp/index.ts';
import { type FoundConnection, keyOf } from './find-connections.ts';
import type { TraceEnd, TraceState } from './trace-document.ts';

/** What one end went through. */
export interface FollowedEnd {
  readonly states: readonly TraceState[];
  /** More than one socket of the machine has had these addresses at that time; the nearest one was taken. */
  readonly isAmbiguous: boolean;
  /** By which the kernel knows the socket: the same in every change. */
  readonly socket: string | null;
}

/** The life of one socket: from CLOSED or from its listener to CLOSED. */
export interface SocketLife {
  readonly socket: string;
  readonly changes: readonly ObservedChange[];
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Cuts the changes of the whole machine into lives of sockets. The local port stays 0 where none was ever seen. */
function cutIntoLives(changes: readonly ObservedChange[]): readonly SocketLife[] {
  const open = new Map<string, ObservedChange[]>();
  const lives: ObservedChange[][] = [];
  for (const change of [...changes].sort((a, b) => a.atMs - b.atMs)) {
    const begins = change.from === 'CLOSED' || change.from === 'LISTEN';
    let life = open.get(change.socket);
    if (life === undefined || begins) {
      life = [];
      open.set(change.socket, life);
      lives.push(life);
    }
    life.push(change);
  }
  return lives.flatMap((life) => {
    // connect(2) sets SYN-SENT before it chooses a port, and what is closed has lost it.
    const named = life.find(({ local, remote }) => local.port !== 0 && remote.port !== 0) ?? life[0];
    return named === undefined
      ? []
      : [{ socket: named.socket, changes: life, local: named.local, remote: named.remote }];
  });
}

/** A socket of the connection is made within so much of its first SYN: retransmissions of it take seconds. */
const NEAR_MS = 10_000;

/** connect(2) sends the SYN within microseconds after it has set the state. */
const AT_ONCE_MS = 1;

/** A socket that is still in SYN-SENT has shown no port: its remote end and the moment of its SYN have to do. */
function isConnecting(
  { local, remote, changes }: SocketLife,
  { server, sinceMs }: FoundConnection,
  end: TraceEnd,
): boolean {
  const [first] = changes;
  if (end !== 'client' || local.port !== 0 || first?.to !== 'SYN-SENT') return false;
  const before = sinceMs - first.atMs;
  return remote.port === server.port && remote.address === server.address && before >= 0 && before < AT_ONCE_MS;
}

/** The states of one end, exact where the tracepoint was there. */
export function followEnd(
  connection: FoundConnection,
  end: TraceEnd,
  observation: Observation,
  lives: readonly SocketLife[] | null,
): FollowedEnd {
  const [local, remote] =
    end === 'client' ? [connection.client, connection.server] : [connection.server, connection.client];
  const key = keyOf(local, remote);
  const sightings = observation.sightings.filter((sighting) => keyOf(sighting.local, sighting.remote) === key);
  if (lives === null) return { states: fromSightings(end, sightings), isAmbiguous: false, socket: null };
  const candidates = lives
    .filter((life) => keyOf(life.local, life.remote) === key || isConnecting(life, connection, end))
    .map((life) => ({ life, apartMs: Math.abs((life.changes[0]?.atMs ?? 0) - connection.sinceMs) }))
    .filter(({ apartMs }) => apartMs < NEAR_MS)
    .sort((a, b) => a.apartMs - b.apartMs);
  const [nearest] = candidates;
  if (nearest === undefined) return { states: [], isAmbiguous: false, socket: null };
  const { life } = nearest;
  const states = life.changes.map(
    ({ atMs, from, to }): TraceState => ({ kind: 'state', at: atMs, end, from, to, withinMs: 0, seenBy: 'tracepoint' }),
  );
  return {
    states: [...states.slice(0, -1), ...endOf(states.at(-1), connection, end, sightings)],
    isAmbiguous: candidates.length > 1,
    socket: life.socket,
  };
}

const SMALL: readonly TcpState[] = ['FIN-WAIT-2', 'TIME-WAIT'];

/**
 * What a socket becomes that the tracepoint says is closed. A socket in TIME-WAIT, or in FIN-WAIT-2 that no process has
 * any more, is replaced by a small one that the tracepoint does not know (tcp_time_wait, net/ipv4/tcp_minisocks.c); what
 * looks have seen of that is said.
 */
function endOf(
  last: TraceState | undefined,
  { segments, client }: FoundConnection,
  end: TraceEnd,
  sightings: readonly ObservedSighting[],
): readonly TraceState[] {
  if (last === undefined) return [];
  if (last.to !== 'CLOSED') return [last];
  // A look that had begun before may have seen the socket that is gone now.
  const later = sightings.filter(
    ({ lookedMs, state }) => lookedMs > last.at && state !== null && SMALL.includes(state),
  );
  const seen = [...staysSmall(sightings, last.at), ...later];
  const [small] = seen;
  if (small === undefined) return [last];
  const timeWait = seen.find(({ state }) => state === 'TIME-WAIT');
  const fin = segments.find(({ source, flags }) => {
    const isOfClient = source.port === client.port && source.address === client.address;
    return flags.includes('FIN') && isOfClient === (end === 'server');
  });
  const becomes: TraceState[] = [];
  if (timeWait !== undefined) {
    // The peer's FIN is what makes a FIN-WAIT-2 a TIME-WAIT (RFC 9293 3.10.7.4).
    const bySegment = fin !== undefined && fin.atMs <= timeWait.atMs;
    const at = bySegment ? Math.max(last.at, fin.atMs) : timeWait.atMs;
    const withinMs = bySegment ? 0 : timeWait.atMs - Math.max(last.at, timeWait.sinceMs);
    becomes.push({ kind: 'state', at, end, from: last.from, to: 'TIME-WAIT', withinMs, seenBy: 'sock_diag' });
  }
  const gone = sightings.find(({ atMs, state }) => atMs > small.atMs && state === null);
  if (gone !== undefined) {
    const from = becomes.at(-1)?.to ?? last.from;
    const withinMs = gone.atMs - gone.sinceMs;
    becomes.push({ kind: 'state', at: gone.atMs, end, from, to: null, withinMs, seenBy: 'sock_diag' });
  }
  return becomes;
}

/** Looks note what changes: what one has seen, and the next one after `atMs` too, is noted once, before. */
function staysSmall(sightings: readonly ObservedSighting[], atMs: number): readonly ObservedSighting[] {
  const before = sightings.findLast(({ lookedMs }) => lookedMs <= atMs);
  const next = sightings.find(({ lookedMs }) => lookedMs > atMs);
  const isSmall = before !== undefined && before.state !== null && SMALL.includes(before.state);
  // The look before the next change is the one that began at its `sinceMs`. The observation ends with a look.
  return isSmall && (next === undefined || next.sinceMs > atMs) ? [before] : [];
}

function fromSightings(end: TraceEnd, sightings: readonly ObservedSighting[]): readonly TraceState[] {
  let from: TcpState | null = null;
  return sightings.flatMap(({ atMs, sinceMs, state }): TraceState[] => {
    if (state === from) return [];
    const before = from;
    from = state;
    return [{ kind: 'state', at: atMs, end, from: before, to: state, withinMs: atMs - sinceMs, seenBy: 'sock_diag' }];
  });
}

/** Null where the tracepoint was not there. */
export function livesOf({ changes }: Observation): readonly SocketLife[] | null {
  return changes.known ? cutIntoLives(valueOr(changes, [])) : null;
}

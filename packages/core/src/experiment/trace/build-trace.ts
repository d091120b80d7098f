import type { Observation, ObservedCall } from '../../facts/index.ts';
import { acceptOrder, establishedAt } from './accept-order.ts';
import { attributeCalls, type ChangedBy } from './attribute-calls.ts';
import { EndDescriber } from './describe-ends.ts';
import { type FoundConnection, findConnections, keyOf } from './find-connections.ts';
import { findMissing } from './find-missing.ts';
import { type FollowedEnd, followEnd, livesOf } from './follow-states.ts';
import { kindOf } from './kind-of.ts';
import { describeLosses, describeUnseen } from './limits-of-sight.ts';
import {
  TRACE_ENDS,
  TRACE_SCHEMA_ID,
  type TraceConnection,
  type TraceDocument,
  type TraceEnd,
  type TraceEvent,
  type TraceLane,
  type TraceScenario,
  type TraceSegment,
  type TraceSide,
  type TraceThread,
} from './trace-document.ts';

/** Puts together what was observed, connection by connection. Nothing is in it that was not. */
export function buildTrace(scenario: TraceScenario, observation: Observation): TraceDocument {
  const connections = findConnections(observation);
  const lives = livesOf(observation);
  const followed = new Map(
    connections.map((connection) => [
      connection,
      {
        client: followEnd(connection, 'client', observation, lives),
        server: followEnd(connection, 'server', observation, lives),
      },
    ]),
  );
  const order = acceptOrder(observation, (connection) => establishedAt(lives ?? [], connection), connections);
  const attributed = attributeCalls(observation, connections, changesOf(observation, followed), order);
  const describer = new EndDescriber(observation, connections);
  const built = connections.map((connection) => {
    const calls = attributed.calls.get(connection) ?? [];
    const states = followed.get(connection);
    const sides = bySide((end) =>
      describer.describe(
        connection,
        end,
        calls.filter((call) => call.end === end),
      ),
    );
    const events: readonly TraceEvent[] = [
      ...relativeSegments(connection),
      ...TRACE_ENDS.flatMap((end) => states?.[end].states ?? []),
      ...calls,
      ...TRACE_ENDS.flatMap((end) =>
        findMissing({
          connection,
          end,
          side: sides[end],
          peerCalls: calls.filter((call) => call.end !== end),
          isQueued: describer.isQueued(connection, end),
          endedMs: observation.endedMs,
          isHeldOnly:
            sides[end].state === null &&
            describer.isHeld(
              connection,
              end,
              sides[end],
              calls.filter((call) => call.end === end),
            ),
        }),
      ),
    ];
    return { ...sides, events: inOrder(events) };
  });
  const zeroMs = Math.min(...built.flatMap(({ events }) => events.flatMap(momentOf)), observation.endedMs);
  const kinds = new Map<string, number>();
  const isAmbiguous = [...followed.values()].some(({ client, server }) => client.isAmbiguous || server.isAmbiguous);
  return {
    schema: TRACE_SCHEMA_ID,
    scenario,
    takenAt: observation.startedAt,
    kernel: observation.kernel,
    endedAt: since(zeroMs, observation.endedMs),
    lanes: describeLanes(observation),
    connections: built.map((connection, index) => {
      const key = kindOf(connection, observation);
      const kind = kinds.get(key) ?? kinds.size + 1;
      kinds.set(key, kind);
      return shift({ ...connection, number: index + 1, kind }, zeroMs);
    }),
    precision: {
      states: lives === null ? 'sock_diag' : 'tracepoint',
      longestBetweenLooksMs: round(observation.longestBetweenLooksMs),
      clockWithinMs: round(observation.clockWithinMs),
    },
    losses: describeLosses(observation, attributed.unattributed),
    notSeen: describeUnseen(observation, isAmbiguous),
  };
}

function bySide<T>(of: (end: TraceEnd) => T): Readonly<Record<TraceEnd, T>> {
  return { client: of('client'), server: of('server') };
}

/** A thread changes the state of a socket in its own call: the change tells which connection a descriptor is. */
function changesOf(
  observation: Observation,
  followed: ReadonlyMap<FoundConnection, Readonly<Record<TraceEnd, FollowedEnd>>>,
): ChangedBy {
  const connectionOf = new Map<string, FoundConnection>();
  for (const [connection, ends] of followed) {
    for (const end of TRACE_ENDS) {
      const { socket } = ends[end];
      if (socket !== null) connectionOf.set(lifeKey(socket, ends[end].states[0]?.at ?? 0), connection);
    }
  }
  const lives = livesOf(observation) ?? [];
  const changes = lives.flatMap((life) => {
    const connection = connectionOf.get(lifeKey(life.socket, life.changes[0]?.atMs ?? 0));
    return connection === undefined ? [] : life.changes.map((change) => ({ change, connection }));
  });
  return ({ tid, enteredMs, returnedMs }: ObservedCall) =>
    changes.find(
      ({ change }) =>
        change.tid === tid && change.atMs >= enteredMs && change.atMs <= (returnedMs ?? Number.POSITIVE_INFINITY),
    )?.connection ?? null;
}

function lifeKey(socket: string, sinceMs: number): string {
  return `${socket} ${sinceMs}`;
}

const SEQUENCE_NUMBERS = 2 ** 32;

/** Counts from the initial sequence numbers of the two SYNs, as far as these were seen. */
function relativeSegments({ client, server, segments }: FoundConnection): readonly TraceSegment[] {
  const first: Partial<Record<TraceEnd, number>> = {};
  return segments.map(({ atMs, source, destination, flags, sequence, acknowledgment, window, payloadBytes }) => {
    const from = keyOf(source, destination) === keyOf(client, server) ? 'client' : 'server';
    if (flags.includes('SYN')) first[from] ??= sequence;
    const own = first[from] ?? sequence;
    const others = first[from === 'client' ? 'server' : 'client'];
    return {
      kind: 'segment',
      at: atMs,
      from,
      flags,
      payloadBytes,
      sequence: wrap(sequence - own),
      acknowledgment: flags.includes('ACK') && others !== undefined ? wrap(acknowledgment - others) : null,
      window,
    };
  });
}

function wrap(difference: number): number {
  return ((difference % SEQUENCE_NUMBERS) + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS;
}

/** An accept that waits may have been entered long before there was a connection: its return is what counts. */
function momentOf(event: TraceEvent): readonly number[] {
  if (event.kind !== 'call') return [event.at];
  return event.call.startsWith('accept') ? [] : [event.at];
}

function inOrder(events: readonly TraceEvent[]): readonly TraceEvent[] {
  return [...events].sort((a, b) => a.at - b.at);
}

function describeLanes({ programs, processes, tasks }: Observation): readonly TraceLane[] {
  const roles = new Map(programs.map(({ pid, role }) => [pid, role]));
  const parents = new Map<number, number>();
  const processOf = new Map(programs.map(({ pid }) => [pid, pid]));
  for (const { tid, parentTid, isThread } of tasks) {
    const parent = processOf.get(parentTid) ?? parentTid;
    processOf.set(tid, isThread ? parent : tid);
    if (isThread) continue;
    parents.set(tid, parent);
    const role = roles.get(parent);
    if (role !== undefined) roles.set(tid, role);
  }
  return [...roles].map(([pid, role]) => ({
    pid,
    role,
    comm: processes.find((process) => process.pid === pid)?.comm ?? null,
    parentPid: parents.get(pid) ?? null,
  }));
}

function shift(connection: TraceConnection, zeroMs: number): TraceConnection {
  const side = (it: TraceSide): TraceSide => ({
    ...it,
    atEnd: it.atEnd.map((thread): TraceThread => ({ ...thread, since: sinceOrNull(zeroMs, thread.since) })),
  });
  return {
    ...connection,
    client: side(connection.client),
    server: side(connection.server),
    events: connection.events.map((event): TraceEvent => shiftEvent(event, zeroMs)),
  };
}

function shiftEvent(event: TraceEvent, zeroMs: number): TraceEvent {
  const at = since(zeroMs, event.at);
  if (event.kind === 'call') return { ...event, at, returnedAt: sinceOrNull(zeroMs, event.returnedAt) };
  if (event.kind === 'state') return { ...event, at, withinMs: round(event.withinMs) };
  if (event.kind === 'missing') return { ...event, at, forMs: event.forMs === null ? null : round(event.forMs) };
  return { ...event, at };
}

function sinceOrNull(zeroMs: number, atMs: number | null): number | null {
  return atMs === null ? null : since(zeroMs, atMs);
}

function since(zeroMs: number, atMs: number): number {
  return round(atMs - zeroMs);
}

/** To tenths of a microsecond: the clocks know no more. */
function round(ms: number): number {
  return Math.round(ms * 1e4) / 1e4;
}

import { type Observation, type ObservedCall, valueOr } from '../../facts/index.ts';
import type { FoundConnection } from './find-connections.ts';
import type { SocketLife } from './follow-states.ts';

/**
 * Which connection each call of accept has returned, by their order: the queue of a listener is one, and what was
 * established first leaves it first (inet_csk_accept, net/ipv4/inet_connection_sock.c). Nothing where that is not certain:
 * where several threads take from one listener, or events were lost.
 */
export function acceptOrder(
  observation: Observation,
  establishedMs: (connection: FoundConnection) => number | null,
  connections: readonly FoundConnection[],
): ReadonlyMap<ObservedCall, FoundConnection> {
  const order = new Map<ObservedCall, FoundConnection>();
  if (observation.losses.callEvents > 0 || observation.losses.stateChanges > 0 || observation.losses.more) return order;
  const ports = [
    ...new Set(observation.sightings.flatMap(({ state, local }) => (state === 'LISTEN' ? [local.port] : []))),
  ];
  const accepts = valueOr(observation.calls, []).filter(
    ({ name, result }) => name.startsWith('accept') && result !== null && result >= 0,
  );
  const byPort = Map.groupBy(
    accepts,
    (call) => portOf(call, observation) ?? (ports.length === 1 ? ports[0] : undefined),
  );
  for (const [port, calls] of byPort) {
    if (port === undefined || new Set(calls.map(({ tid }) => tid)).size > 1) continue;
    // Fewer times than connections: some were never established, as far as anybody saw.
    const queue = connections
      .filter(({ server }) => server.port === port)
      .flatMap((connection) => {
        const atMs = establishedMs(connection);
        return atMs === null ? [] : [{ connection, atMs }];
      })
      .sort((a, b) => a.atMs - b.atMs);
    for (const [index, call] of calls.entries()) {
      const next = queue[index];
      if (next !== undefined && next.atMs <= (call.returnedMs ?? 0)) order.set(call, next.connection);
    }
  }
  return order;
}

/** The port on which a call of accept listens, by what its descriptor was at the end. */
function portOf({ tid, args }: ObservedCall, { processes, sockets }: Observation): number | undefined {
  const process = processes.find(({ pid, threads }) => pid === tid || threads.some((thread) => thread.tid === tid));
  const fd = Number(args[0] ?? -1n);
  const target =
    process === undefined ? undefined : valueOr(process.descriptors, []).find((it) => it.fd === fd)?.target;
  return valueOr(sockets, []).find(({ state, inode }) => state === 'LISTEN' && target === `socket:[${inode}]`)?.local
    .port;
}

/** When the server's socket of a connection was established; null where its life was not seen. */
export function establishedAt(
  lives: readonly SocketLife[],
  { client, server, sinceMs }: FoundConnection,
): number | null {
  const life = lives.find(
    ({ local, remote, changes }) =>
      local.port === server.port &&
      remote.port === client.port &&
      local.address === server.address &&
      remote.address === client.address &&
      (changes[0]?.atMs ?? 0) >= sinceMs,
  );
  return life?.changes.find(({ to }) => to === 'ESTABLISHED')?.atMs ?? null;
}

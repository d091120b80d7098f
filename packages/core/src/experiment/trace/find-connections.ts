import { type Endpoint, type Observation, type ObservedSegment, valueOr } from '../../facts/index.ts';

/** A connection of the observed namespace by its two ends. */
export interface FoundConnection {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly segments: readonly ObservedSegment[];
  /** When it was first seen. */
  readonly sinceMs: number;
}

/** Every connection, in the order of its first SYN; without segments, in the order in which looks have found them. */
export function findConnections(observation: Observation): readonly FoundConnection[] {
  const found = new Map<string, FoundConnection & { readonly segments: ObservedSegment[] }>();
  for (const segment of [...valueOr(observation.segments, [])].sort((a, b) => a.atMs - b.atMs)) {
    const { source, destination, flags, atMs } = segment;
    const known = found.get(keyOf(source, destination)) ?? found.get(keyOf(destination, source));
    if (known !== undefined) known.segments.push(segment);
    else if (flags.includes('SYN') && !flags.includes('ACK')) {
      found.set(keyOf(source, destination), {
        client: source,
        server: destination,
        segments: [segment],
        sinceMs: atMs,
      });
    }
  }
  const listening = new Set(
    observation.sightings.filter(({ state }) => state === 'LISTEN').map(({ local }) => local.port),
  );
  for (const { local, remote, state, atMs } of observation.sightings) {
    if (state === null || state === 'LISTEN' || remote.port === 0) continue;
    if (found.has(keyOf(local, remote)) || found.has(keyOf(remote, local))) continue;
    const [client, server] = listening.has(local.port) ? [remote, local] : [local, remote];
    found.set(keyOf(client, server), { client, server, segments: [], sinceMs: atMs });
  }
  return [...found.values()].sort((a, b) => a.sinceMs - b.sinceMs);
}

/** Both ends, in this order. */
export function keyOf(local: Endpoint, remote: Endpoint): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}

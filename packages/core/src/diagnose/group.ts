import {
  type Facts,
  formatEndpoint,
  type ProcessFacts,
  type SocketFacts,
  unmapAddress,
  valueOr,
} from '../facts/index.ts';
import type { StuckConnection } from './finding.ts';
import { Kin } from './kin.ts';
import type { OwnerFinder } from './owner-finder.ts';
import { type RelayLeg, RelayLegs } from './relay-legs.ts';
import { type Traits, traitsOf } from './traits.ts';

/**
 * Connections that are judged together: same process, same listener or same peer, in the same situation, with the same
 * traits. One socket proves little; what the group has in common does.
 */
export interface Group {
  /** Stable from look to look, see Finding.id. */
  readonly key: string;
  /** Null where no holder was seen. */
  readonly process: ProcessFacts | null;
  /** All listeners that may have made these connections; several share one port. */
  readonly listeners: readonly SocketFacts[];
  readonly situation: Situation;
  /** Of every connection in the group; where groups were put together, of the largest of them. */
  readonly traits: Traits;
  readonly connections: readonly StuckConnection[];
  /** All stuck connections that belong to the same process, these included. */
  readonly kin: Kin;
  /** For each connection the other side of a relay; empty where they have none. */
  readonly legs: readonly RelayLeg[];
  /** Younger ones are in no group. */
  readonly minAgeMs: number;
}

/**
 * `queued`: still in an accept queue. `sending`: the peer does not take what this side has sent: its window is closed
 * (persist timer, RFC 9293 3.8.6.1), or it does not acknowledge (retransmissions). `held`: everything else.
 */
export type Situation = 'queued' | 'sending' | 'held';

/** One may be lost, and the second one too. */
const MANY_RETRANSMITS = 3;

function situationOf({ inode, timer, txQueueBytes }: SocketFacts): Situation {
  if (inode === 0) return 'queued';
  if (txQueueBytes === 0) return 'held';
  const stalls = timer.kind === 'retransmit' && timer.retransmits >= MANY_RETRANSMITS;
  return timer.kind === 'persist' || stalls ? 'sending' : 'held';
}

/** Sorts connections in CLOSE-WAIT into groups. */
export function groupConnections(
  connections: readonly StuckConnection[],
  finder: OwnerFinder,
  facts: Facts,
  minAgeMs: number,
): readonly Group[] {
  const { closeLook } = facts;
  const relays = new RelayLegs(facts);
  const groups = new Map<string, Group & { readonly connections: StuckConnection[]; readonly legs: RelayLeg[] }>();
  const kinOf = new Map<number, StuckConnection[]>();
  const kinByPid = new Map<number, Kin>();
  for (const connection of connections) {
    const { socket } = connection;
    const listeners = finder.listenersOf(socket);
    const process = finder.ownerOf(connection);
    const situation = situationOf(socket);
    const activity = process === null ? undefined : closeLook?.activities.get(process.pid);
    const traits = traitsOf(socket, closeLook, activity === undefined ? null : valueOr(activity.runtime, null));
    const leg = relays.take(connection);
    const key = `${ownerKey(process)}/${anchorKey(socket, listeners)}/${situation}`;
    const strand = `${key} ${traits.progress} ${traits.role} ${traits.watch} ${traits.moves} ${traits.answered} ${leg !== null} ${sharing(connection)}`;
    const pid = process?.pid ?? 0;
    const family = kinOf.get(pid) ?? [];
    const kin = kinByPid.get(pid) ?? new Kin(family);
    kinOf.set(pid, family);
    kinByPid.set(pid, kin);
    family.push(connection);
    const group = groups.get(strand);
    if (group === undefined) {
      groups.set(strand, {
        key,
        process,
        listeners,
        situation,
        traits,
        connections: [connection],
        kin,
        legs: leg === null ? [] : [leg],
        minAgeMs,
      });
    } else {
      group.connections.push(connection);
      if (leg !== null) group.legs.push(leg);
    }
  }
  return [...groups.values()];
}

/** Connections that other processes hold as well are another matter than those of one alone. */
function sharing({ holders }: StuckConnection): string {
  return holders.length < 2 ? '' : [...new Set(holders.map(({ pid }) => pid))].sort((a, b) => a - b).join(' ');
}

/** A pid is used again; with the start time it is not. */
export function ownerKey(process: ProcessFacts | null): string {
  if (process === null) return 'nobody';
  return process.startedAtMs.known ? `${process.pid}.${process.startedAtMs.value}` : `${process.pid}`;
}

/** A server's connections belong together by their listener, a client's by whom they were made to. */
function anchorKey(socket: SocketFacts, listeners: readonly SocketFacts[]): string {
  const [listener] = listeners;
  if (listener !== undefined) return `${listener.netns}/on/${formatEndpoint(listener.local)}`;
  const { address, port } = socket.remote;
  return `${socket.netns}/to/${formatEndpoint({ address: unmapAddress(address), port })}`;
}

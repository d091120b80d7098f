import { type Facts, type Holder, type ProcessFacts, type SocketFacts, valueOr } from '../facts/index.ts';
import { ConnectionList } from './connection-list.ts';
import type { ConnectionAge, Connections, StuckConnection } from './finding.ts';
import { getOrMake } from './get-or-make.ts';
import { Household } from './household.ts';
import type { Kin } from './kin.ts';
import type { RelayLeg } from './leg-queue.ts';
import type { OwnerFinder } from './owner-finder.ts';
import { RelayLegs } from './relay-legs.ts';
import { Tally } from './tally.ts';
import { haveSameTraits, type Traits, traitsOf } from './traits.ts';

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
  readonly connections: Connections;
  /** The same connections, counted. */
  readonly tally: Tally;
  /** Processes that have one of the listeners. */
  readonly serving: ReadonlySet<number>;
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

function situationOf(socket: SocketFacts): Situation {
  if (socket.inode === 0) return 'queued';
  if (socket.txQueueBytes === 0) return 'held';
  const { timer } = socket;
  const stalls = timer.kind === 'retransmit' && timer.retransmits >= MANY_RETRANSMITS;
  return timer.kind === 'persist' || stalls ? 'sending' : 'held';
}

/** A group that connections still join. */
interface OpenGroup extends Group {
  readonly connections: ConnectionList;
  readonly legs: RelayLeg[];
}

/** Sorts connections in CLOSE-WAIT into groups as they come. What is text or an object is made once for a group. */
export class Grouping {
  readonly groups: OpenGroup[] = [];
  readonly #finder: OwnerFinder;
  readonly #facts: Facts;
  readonly #minAgeMs: number;
  readonly #relays: RelayLegs;
  readonly #households = new Map<ProcessFacts | null, Household<OpenGroup>>();
  /** Where the last connection went; `pid` of its only holder, 0 where it has several or none. */
  #latest: { readonly group: OpenGroup; readonly household: Household<OpenGroup>; readonly pid: number } | null = null;

  constructor(finder: OwnerFinder, facts: Facts, minAgeMs: number) {
    this.#finder = finder;
    this.#facts = facts;
    this.#minAgeMs = minAgeMs;
    this.#relays = new RelayLegs(facts);
  }

  add(socket: SocketFacts, info: SocketFacts['info'], age: ConnectionAge): void {
    const pid = this.#facts.holders.onlyPidOf?.(socket.inode) ?? 0;
    const listeners = this.#finder.listenersOf(socket);
    if (pid > 0 && this.#joinLatest(socket, { info, age, pid, listeners })) return;
    const holders = this.#facts.holders.get(socket.inode) ?? NO_HOLDERS;
    const process = this.#finder.ownerOf({ socket, holders });
    const household = getOrMake(this.#households, process, () => this.#found(process));
    const traits = traitsOf(socket, this.#facts.closeLook, household.runtime, info);
    const leg = this.#relays.take({ socket, holders, age });
    const anchor = household.anchorOf(socket, listeners, traits.role);
    const alike = anchor.listFor(holders);
    const situation = situationOf(socket);
    // Few, so that comparing one by one is the quickest.
    let group = alike.find(
      (one) =>
        one.situation === situation && one.legs.length > 0 === (leg !== null) && haveSameTraits(one.traits, traits),
    );
    if (group === undefined) {
      group = this.#open(household, { key: `${anchor.key}/${situation}`, listeners, situation, traits });
      alike.push(group);
    }
    household.kin.add(socket, info, traits);
    group.connections.push(socket, age);
    group.tally.add(socket, age, traits);
    group.tally.holding.add(holders);
    if (leg !== null) group.legs.push(leg);
    this.#latest = { group, household, pid };
  }

  /** Most connections belong where the one before them does: nothing is looked up, and nothing is made for them. */
  #joinLatest(
    socket: SocketFacts,
    {
      info,
      age,
      pid,
      listeners,
    }: {
      readonly info: SocketFacts['info'];
      readonly age: ConnectionAge;
      readonly pid: number;
      readonly listeners: readonly SocketFacts[];
    },
  ): boolean {
    const latest = this.#latest;
    if (latest === null || latest.pid !== pid || this.#relays.mayHaveLeg(socket, info)) return false;
    const { group, household } = latest;
    if (group.legs.length > 0) return false;
    // Without a listener they belong together by their peer.
    if (listeners.length === 0 || listeners !== group.listeners) return false;
    const traits = traitsOf(socket, this.#facts.closeLook, household.runtime, info);
    if (situationOf(socket) !== group.situation || !haveSameTraits(group.traits, traits)) return false;
    household.kin.add(socket, info, traits);
    group.connections.push(socket, age);
    group.tally.add(socket, age, traits);
    group.tally.holding.addOnly(pid, this.#facts.holders.onlyFdOf?.(socket.inode) ?? -1);
    return true;
  }

  #found(process: ProcessFacts | null): Household<OpenGroup> {
    const activity = process === null ? undefined : this.#facts.closeLook?.activities.get(process.pid);
    return new Household(process, activity === undefined ? null : valueOr(activity.runtime, null));
  }

  #open(
    { process, kin }: Household<OpenGroup>,
    alike: Pick<Group, 'key' | 'listeners' | 'situation' | 'traits'>,
  ): OpenGroup {
    const group = {
      ...alike,
      process,
      kin,
      connections: new ConnectionList(this.#facts.holders),
      tally: new Tally(this.#minAgeMs),
      serving: this.#finder.servingOf(alike.listeners),
      legs: [],
      minAgeMs: this.#minAgeMs,
    };
    this.groups.push(group);
    return group;
  }
}

const NO_HOLDERS: readonly Holder[] = [];

/** Sorts connections in CLOSE-WAIT into groups. */
export function groupConnections(
  connections: readonly StuckConnection[],
  finder: OwnerFinder,
  facts: Facts,
  minAgeMs: number,
): readonly Group[] {
  const grouping = new Grouping(finder, facts, minAgeMs);
  for (const { socket, age } of connections) grouping.add(socket, socket.info, age);
  return grouping.groups;
}

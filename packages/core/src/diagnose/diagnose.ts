import type { ClosedSocket, Facts, ProcessFacts, Severity } from '../facts/index.ts';
import { CAUSES, judgeClosedButHeld } from './causes/index.ts';
import { chooseSelections } from './choose-selections.ts';
import { connectionAge } from './connection-age.ts';
import { LookedConnection } from './connection-list.ts';
import { DescriptorCounts } from './descriptor-counts.ts';
import type { Diagnosis, Finding, StuckConnection } from './finding.ts';
import { type Group, Grouping } from './group.ts';
import { ownerKey } from './household.ts';
import { judgeGroup, linkRoots, toFinding, uniteJudged } from './judge-groups.ts';
import { Kin } from './kin.ts';
import { OwnerFinder } from './owner-finder.ts';
import { Tally } from './tally.ts';

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** Connections younger than this are passing through CLOSE-WAIT and are only counted. Milliseconds. */
  readonly minAgeMs: number;
  /** Default: all. Narrows what is judged, never what is known: listeners and siblings stay in sight. */
  readonly selects?: Selects | undefined;
}

/** Which connections, with the process that each belongs to, are judged; null for a socket that is closed but held. */
export type Selects = (connection: StuckConnection | null, process: ProcessFacts | null) => boolean;

const URGENCY: Readonly<Record<Severity, number>> = { leak: 0, stall: 0, benign: 1 };

/**
 * Says of every connection in CLOSE-WAIT why it is there, as far as the facts go. Age alone is never a cause:
 * CLOSE-WAIT is legal while this side still has something to send (RFC 9293 3.6).
 *
 * @example
 * diagnose(facts, { minAgeMs: 1000 }).findings.map((finding) => finding.cause)
 */
export function diagnose(facts: Facts, { minAgeMs, selects }: DiagnoseOptions): Diagnosis {
  const { groups, ...counts } = sortStuck(facts, minAgeMs);
  const judged = uniteJudged(
    groups.flatMap((group) => narrowGroup(group, selects)).map((group) => judgeGroup(group, facts)),
    facts,
  );
  const selections = chooseSelections(judged);
  const findings = [
    ...judged.map((one) => toFinding(one, [], facts, selections.get(one) ?? '')),
    ...judgeClosed(facts, minAgeMs, selects),
  ];
  return {
    findings: linkRoots(findings.sort((a, b) => URGENCY[a.severity] - URGENCY[b.severity] || sizeOf(b) - sizeOf(a))),
    ...counts,
  };
}

/** The one pass over all sockets of a look. */
function sortStuck(
  facts: Facts,
  minAgeMs: number,
): Omit<Diagnosis, 'findings'> & { readonly groups: readonly Group[] } {
  const grouping = new Grouping(new OwnerFinder(facts), facts, minAgeMs);
  const descriptors = new DescriptorCounts(facts.holders);
  let closeWait = 0;
  let passing = 0;
  for (const socket of facts.sockets) {
    if (socket.state !== 'CLOSE-WAIT') continue;
    closeWait++;
    descriptors.add(socket.inode);
    const { info } = socket;
    const age = connectionAge(socket, info);
    if (age.ms !== null && age.ms < minAgeMs) passing++;
    else grouping.add(socket, info, age);
  }
  return { groups: grouping.groups, closeWait, passing, descriptors: descriptors.byPid };
}

/** The sockets of a look with their holders and ages, in the kernel's order; one at a time, as there may be 100,000. */
export function* listConnections(facts: Facts): Generator<StuckConnection, void> {
  for (const socket of facts.sockets) {
    yield new LookedConnection(socket, connectionAge(socket), facts.holders);
  }
}

function narrowGroup(group: Group, selects: Selects | undefined): readonly Group[] {
  if (selects === undefined) return [group];
  const connections = group.connections.filter((connection) => selects(connection, group.process));
  if (connections.length === 0) return [];
  if (connections.length === group.connections.length) return [group];
  return [{ ...group, connections, tally: Tally.of(connections, group.minAgeMs) }];
}

function sizeOf({ connections, closed }: Finding): number {
  return connections.length + closed.length;
}

function judgeClosed(facts: Facts, minAgeMs: number, selects: Selects | undefined): readonly Finding[] {
  const byPid = new Map<number, ClosedSocket[]>();
  for (const socket of facts.closed) {
    const pid = socket.holders[0]?.pid;
    if (pid === undefined || wasAliveJustNow(socket, minAgeMs)) continue;
    const list = byPid.get(pid);
    if (list === undefined) byPid.set(pid, [socket]);
    else list.push(socket);
  }
  return [...byPid].flatMap(([pid, closed]) => {
    const process = facts.processes.get(pid) ?? null;
    if (selects?.(null, process) === false) return [];
    const group: Group = { ...NO_CONNECTIONS, key: ownerKey(process), process };
    const verdict = judgeClosedButHeld(closed, process);
    return [toFinding({ group, cause: CAUSES['closed-but-held'], verdict, alternatives: [] }, closed, facts, '')];
  });
}

const NO_CONNECTIONS: Omit<Group, 'key' | 'process'> = {
  listeners: [],
  situation: 'held',
  traits: { progress: 'unknown', role: 'unknown', watch: 'unknown', moves: false, answered: false },
  connections: [],
  tally: new Tally(0),
  serving: new Set(),
  kin: new Kin(),
  legs: [],
  minAgeMs: 0,
};

/** Acknowledged something within the minimum age, so it was closed since: the program may be about to close it too. */
function wasAliveJustNow({ info }: ClosedSocket, minAgeMs: number): boolean {
  return info.known && info.value.lastAckReceivedMs < minAgeMs;
}

import type { CauseId, ClosedSocket, Confidence, Facts } from '../facts/index.ts';
import { CAUSES } from './causes/index.ts';
import { closeCommand } from './close-command.ts';
import { ConnectionList } from './connection-list.ts';
import type { Connections, Evidence, Finding, MissingEvidence, Part } from './finding.ts';
import { growthBetweenLooks, growthOfArrivals } from './forecast.ts';
import type { Group } from './group.ts';
import { queueEvidence } from './queue-facts.ts';
import type { Cause, Verdict } from './rule.ts';
import { Tally } from './tally.ts';
import type { Progress } from './traits.ts';

const RANK: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, possible: 2 };

/** A cause that applies, and another that may. */
type Alternative = Finding['alternatives'][number];

/** A group with the cause that fits best. */
export interface Judged {
  readonly group: Group;
  readonly cause: Cause;
  readonly verdict: Verdict;
  readonly alternatives: readonly Alternative[];
}

/** Asks every rule; the surest verdict wins, the others that apply are its alternatives. */
export function judgeGroup(group: Group, facts: Facts): Judged {
  const verdicts = Object.values(CAUSES)
    .map((cause) => ({ cause, verdict: cause.judge(group, facts) }))
    .filter((judged): judged is { cause: Cause; verdict: Verdict } => judged.verdict !== null)
    .sort((a, b) => RANK[a.verdict.confidence] - RANK[b.verdict.confidence]);
  const [best, ...rest] = verdicts;
  if (best === undefined) throw new Error('no cause applies: undetermined must always');
  const alternatives = rest
    .filter(({ cause }) => cause.id !== 'undetermined' && best.verdict.confidence !== 'certain')
    .map(({ cause, verdict }) => ({ cause: cause.id, confidence: verdict.confidence }));
  return { group, ...best, alternatives };
}

/** Puts groups of one process and listener together that have one cause: they are one finding. */
export function uniteJudged(judged: readonly Judged[], facts: Facts): readonly Judged[] {
  const united = Map.groupBy(judged, ({ group, cause }) => `${cause.id}/${group.key}`);
  return [...united.values()].map((alike) => unite(alike, facts));
}

function unite(alike: readonly Judged[], facts: Facts): Judged {
  const [largest, ...others] = alike.toSorted((a, b) => b.group.connections.length - a.group.connections.length);
  if (largest === undefined) throw new Error('nothing to put together');
  if (others.length === 0) return largest;
  const group = {
    ...largest.group,
    connections: joinConnections(
      alike.map(({ group: { connections } }) => connections),
      facts,
    ),
    tally: joinTallies(alike.map((one) => one.group)),
    legs: alike.flatMap(({ group: { legs } }) => legs),
  };
  const weakest = alike.toSorted((a, b) => RANK[b.verdict.confidence] - RANK[a.verdict.confidence])[0] ?? largest;
  const verdict = largest.cause.judge(group, facts) ?? largest.verdict;
  return {
    group,
    cause: largest.cause,
    verdict: {
      ...verdict,
      confidence: weakest.verdict.confidence,
      evidence: uniqueById([verdict, ...others.map((one) => one.verdict)].flatMap(({ evidence }) => evidence)),
      against: uniqueById(alike.flatMap((one) => one.verdict.against)),
      missing: uniqueById(alike.flatMap((one) => one.verdict.missing)),
    },
    alternatives: strongest(alike.flatMap(({ alternatives }) => alternatives)),
  };
}

/** In the order of the groups; each has its own in the order of the kernel. */
function joinConnections(lists: readonly Connections[], facts: Facts): Connections {
  const joined = new ConnectionList(facts.holders);
  for (const list of lists) for (const { socket, age } of list) joined.push(socket, age);
  return joined;
}

function joinTallies(groups: readonly Group[]): Tally {
  const joined = new Tally(groups[0]?.minAgeMs ?? 0);
  for (const { tally } of groups) joined.addAll(tally);
  return joined;
}

function uniqueById<T extends Evidence | MissingEvidence>(list: readonly T[]): readonly T[] {
  return [...new Map(list.toReversed().map((one) => [one.id, one])).values()].toReversed();
}

function strongest(alternatives: readonly Alternative[]): readonly Alternative[] {
  const sorted = alternatives.toSorted((a, b) => RANK[a.confidence] - RANK[b.confidence]);
  return [...new Map(sorted.toReversed().map((one) => [one.cause, one])).values()].toReversed();
}

/** The finding of a judged group. */
export function toFinding(judged: Judged, closed: readonly ClosedSocket[], facts: Facts, selection: string): Finding {
  const { group, cause, verdict, alternatives } = judged;
  return {
    id: `${cause.id}/${group.key}`,
    cause: cause.id,
    severity: cause.severity,
    ...verdict,
    evidence: [...verdict.evidence, ...queueEvidence(group.tally.queues, group.connections.length)],
    missing: [...verdict.missing, ...secondLookMissing(judged, facts)],
    process: group.process,
    listener: group.listeners[0] ?? null,
    connections: group.connections,
    closed,
    parts: partsOf(group),
    because: null,
    victims: [],
    growth:
      growthOfArrivals(group.tally.arrivals, group.connections, facts.closeLook) ??
      growthBetweenLooks(group.connections, group.process, facts.closeLook),
    alternatives,
    remedies: cause.remedies(group, closeCommand(selection)),
    codeFix: cause.codeFix,
    docs: `docs/causes/${cause.id}.md`,
  };
}

/** What one look leaves open, of connections that a program holds and that it could do something with. */
function secondLookMissing({ group, verdict }: Judged, { closeLook }: Facts): readonly MissingEvidence[] {
  if (closeLook === null || closeLook.windowMs !== null) return [];
  if (group.situation === 'queued' || group.process === null || verdict.confidence === 'certain') return [];
  return [
    {
      id: 'second-look',
      why: 'one look shows no motion: eof-spin, half-close-in-use, a loop or a worker that computes, and growth stay open',
      hint: 'leave out --quick',
    },
  ];
}

const PART_OF: Readonly<Record<Progress, string>> = {
  untouched: 'not one byte read',
  'partly-read': 'read in part',
  'fin-unread': 'request read, FIN unread',
  consumed: 'everything read',
  unknown: 'not known how far they were read',
};

function partsOf({ tally, situation }: Group): readonly Part[] {
  if (situation === 'queued') return [];
  const parts = tally.queues.inOrder.map((progress) => ({ says: PART_OF[progress], count: tally.queues.of(progress) }));
  return parts.length < 2 ? [] : parts;
}

/** What can keep a program from accepting. */
const ROOTS: readonly CauseId[] = [
  'worker-stuck',
  'event-loop-stalled',
  'writer-blocked',
  'process-stopped',
  'eof-spin',
];

/**
 * One story: connections that were never accepted, because what accepts is stuck with another connection. The root is
 * named, and its victims are counted.
 */
export function linkRoots(findings: readonly Finding[]): readonly Finding[] {
  const roots = new Map<number, Finding>();
  for (const finding of findings) {
    const pid = finding.process?.pid;
    if (pid !== undefined && ROOTS.includes(finding.cause) && finding.confidence !== 'possible' && !roots.has(pid)) {
      if (finding.connections.some(({ socket }) => socket.inode > 0)) roots.set(pid, finding);
    }
  }
  const queued = Map.groupBy(
    findings.filter(({ cause }) => cause === 'never-accepted'),
    ({ process }) => process?.pid,
  );
  const linked = findings.map((finding) => {
    const pid = finding.process?.pid;
    const root = roots.get(pid ?? 0);
    if (root === undefined) return finding;
    if (root === finding) return { ...finding, victims: victimsOf(queued.get(pid) ?? []) };
    return finding.cause === 'never-accepted' ? { ...finding, because: root.id } : finding;
  });
  const victims = Map.groupBy(linked, ({ because }) => because);
  return linked
    .filter(({ because }) => because === null)
    .flatMap((finding) => [finding, ...(victims.get(finding.id) ?? [])]);
}

function victimsOf(queued: readonly Finding[]): Finding['victims'] {
  return queued.map(({ cause, connections }) => ({ cause, count: connections.length }));
}

import type { Diagnosis, Finding } from '@closewait/core/diagnose';
import { type Facts, type ProcessFacts, valueOr } from '@closewait/core/facts';
import {
  buildReport,
  describeName,
  describePlace,
  isInUse,
  type Report,
  type ReportFinding,
  safeText,
} from '@closewait/core/report';
import type { HostLook, ProcessKey, ProcessRow, TimeToFull } from './host-look.ts';

/** No holder was seen. */
const NOBODY: ProcessKey = 'nobody';

/** A client that forgets connections to 20,000 servers has as many findings: 50 MB a look. Nobody reads beyond these. */
const MOST_FINDINGS = 20;

/** As many as a sentence about closed sockets names. */
const NAMED_CLOSED = 6;

/** What keeps one process apart from another that has its number later. */
function keyOf(process: Pick<ProcessFacts, 'pid' | 'startedAtMs'> | null): ProcessKey {
  return process === null ? NOBODY : `${process.pid} ${valueOr(process.startedAtMs, '?')}`;
}

/** Of a look and its diagnosis, what the screens show. */
export function buildHostLook(
  facts: Facts,
  diagnosis: Diagnosis,
  options: { readonly showArguments: boolean; readonly tookMs: number },
): HostLook {
  const report = buildReport(facts, diagnosis, options);
  const pairs = diagnosis.findings.map((finding, index) => ({
    key: keyOf(finding.process),
    report: report.findings[index],
  }));
  const groups = Map.groupBy(pairs, ({ key }) => key);
  const rows = [...groups].map(([key, own]) =>
    buildRow(
      key,
      own.flatMap((pair) => pair.report ?? []),
      facts.takenAtMs,
    ),
  );
  return {
    takenAtMs: facts.takenAtMs,
    host: safeText(facts.host.name),
    kernel: safeText(facts.host.kernel),
    sockets: countSockets(report),
    namespaces: report.namespaces.filter(({ sockets }) => sockets !== null).length,
    passing: diagnosis.passing,
    tookMs: options.tookMs,
    unseen: describeUnseen(report),
    rows,
  };
}

function buildRow(key: ProcessKey, findings: readonly ReportFinding[], takenAtMs: number): ProcessRow {
  const process = findings[0]?.process ?? null;
  const stuck = findings.filter((finding) => !isInUse(finding));
  const told = stuck.length > 0 ? stuck : findings;
  const [first] = told;
  const rates = stuck.flatMap(({ growthPerMin }) => growthPerMin ?? []);
  const aged = told.filter(({ oldestAgeMs }) => oldestAgeMs !== null);
  return {
    key,
    pid: process?.pid ?? null,
    name: process === null ? 'no holder seen' : describeName(process),
    place: process === null ? null : describePlace(process),
    unit: process?.unit ?? null,
    container: process?.container ?? null,
    stuck: countOf(stuck),
    closed: countOf(stuck.filter(({ cause }) => cause === 'closed-but-held')),
    count: countOf(findings),
    perMin: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0),
    oldestMs: aged.length === 0 ? null : Math.max(...aged.map(({ oldestAgeMs }) => oldestAgeMs ?? 0)),
    oldestIs: aged.every(({ oldestAgeIs }) => oldestAgeIs === 'exact') ? 'exact' : 'at-least',
    verdict: {
      cause: first?.cause ?? 'undetermined',
      confidence: first?.confidence ?? 'possible',
      severity: first?.severity ?? 'leak',
    },
    ports: [...new Set(findings.flatMap(({ localPorts }) => localPorts.map(({ port }) => port)))],
    descriptors: process?.descriptors ?? null,
    full: timeToFull(findings, takenAtMs),
    causes: [...new Set(findings.map(({ cause }) => cause))],
    findings: findings.slice(0, MOST_FINDINGS).map(shorten),
    moreFindings: Math.max(0, findings.length - MOST_FINDINGS),
  };
}

function countOf(findings: readonly ReportFinding[]): number {
  return findings.reduce((sum, { count }) => sum + count, 0);
}

function shorten(finding: ReportFinding): ReportFinding {
  return {
    ...finding,
    connections: finding.connections.slice(0, 1),
    closed: finding.closed.slice(0, NAMED_CLOSED),
  };
}

/** The report says the same of every finding of a process that takes descriptors. */
function timeToFull(findings: readonly ReportFinding[], takenAtMs: number): TimeToFull | null {
  for (const { exhaustionAt, exhaustionEarliestAt, exhaustionLatestAt } of findings) {
    if (exhaustionAt === null || exhaustionEarliestAt === null) continue;
    const after = (at: string): number => Date.parse(at) - takenAtMs;
    return {
      inMs: after(exhaustionAt),
      earliestMs: after(exhaustionEarliestAt),
      latestMs: exhaustionLatestAt === null ? null : after(exhaustionLatestAt),
    };
  }
  return null;
}

function countSockets({ totals: { byState } }: Report): number | null {
  return byState === null ? null : Object.values(byState).reduce((sum, some) => sum + some, 0);
}

function describeUnseen({ unseen, readers }: Report): readonly string[] {
  const hintOf = (hint: string | null | undefined): string => (hint === null || hint === undefined ? '' : `; ${hint}`);
  return [
    ...unseen.map(({ what, detail, hint }) => safeText(`${what} (${detail})${hintOf(hint)}`)),
    ...readers
      .filter(({ ok }) => !ok)
      .map(({ name, detail, hint }) => safeText(`${name} (${detail ?? 'no reason given'})${hintOf(hint)}`)),
  ];
}

/** The findings of one process. */
export function findingsOf(diagnosis: Diagnosis, key: ProcessKey): readonly Finding[] {
  return diagnosis.findings.filter(({ process }) => keyOf(process) === key);
}

import type { Diagnosis, Finding } from '../diagnose/index.ts';
import { type Facts, formatEndpoint, type ReaderOutcome, valueOr } from '../facts/index.ts';
import { buildClosedSocket, buildConnection } from './build-connection.ts';
import { buildProcess, countDescriptors, type DescriptorCounts } from './build-process.ts';
import { REPORT_SCHEMA_ID, type Report, type ReportFinding, type ReportReader } from './document.ts';
import { groupConnections, selectOldest } from './group-connections.ts';

/** How many connections, closed sockets, peers and ports of a finding the document lists; its counts are whole. */
export const LISTED_PER_FINDING = 100;

/** What goes into a report beside what was seen. */
export interface ReportOptions {
  /** Arguments of processes may hold secrets: only on a user's demand. */
  readonly showArguments: boolean;
}

/** The JSON document of one look and what it means: schema `closewait/report/v1`. */
export function buildReport(facts: Facts, diagnosis: Diagnosis, options: ReportOptions): Report {
  const counts = countDescriptors(facts);
  const reported = diagnosis.findings.reduce((sum, finding) => sum + finding.connections.length, 0);
  return {
    schema: REPORT_SCHEMA_ID,
    takenAt: new Date(facts.takenAtMs).toISOString(),
    host: { name: facts.host.name, kernel: facts.host.kernel, bootId: facts.host.bootId },
    readers: facts.readers.map(buildReader),
    namespaces: facts.namespaces.map(({ inode, path, sockets }) => ({ inode, path, sockets: valueOr(sockets, null) })),
    totals: {
      closeWait: diagnosis.closeWait,
      passing: diagnosis.passing,
      reported,
      closedButHeld: facts.closed.length,
      byState: facts.countByState,
    },
    findings: diagnosis.findings.map((finding) => buildFinding(finding, counts, options)),
    unseen: facts.unseen.map(({ what, problem }) => ({
      what,
      why: problem.why,
      detail: problem.detail,
      hint: problem.hint ?? null,
    })),
  };
}

function buildFinding(
  finding: Finding,
  counts: ReadonlyMap<number, DescriptorCounts>,
  { showArguments }: ReportOptions,
): ReportFinding {
  const { process, listener, connections, closed } = finding;
  return {
    id: finding.id,
    cause: finding.cause,
    confidence: finding.confidence,
    severity: finding.severity,
    title: finding.title,
    process: process === null ? null : buildProcess(process, counts.get(process.pid), showArguments),
    listener:
      listener === null
        ? null
        : {
            local: formatEndpoint(listener.local),
            acceptQueue: listener.rxQueueBytes,
            backlog: listener.txQueueBytes,
          },
    count: connections.length + closed.length,
    ...groupConnections(connections, LISTED_PER_FINDING),
    // Both need a second look or a history; null says that neither was there.
    growthPerMin: null,
    exhaustionAt: null,
    evidence: finding.evidence,
    against: finding.against,
    missing: finding.missing,
    alternatives: finding.alternatives,
    remedies: finding.remedies,
    codeFix: finding.codeFix,
    docs: finding.docs,
    connections: selectOldest(connections, LISTED_PER_FINDING).map(buildConnection),
    closed: closed.slice(0, LISTED_PER_FINDING).map(buildClosedSocket),
  };
}

function buildReader({ name, ok, ms, problem }: ReaderOutcome): ReportReader {
  if (problem === undefined) return { name, ok, ms };
  const { why, detail, hint } = problem;
  return hint === undefined ? { name, ok, ms, why, detail } : { name, ok, ms, why, detail, hint };
}

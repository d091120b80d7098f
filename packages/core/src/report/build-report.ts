import { addGrowth, type Diagnosis, type Exhaustion, type Finding, forecast } from '../diagnose/index.ts';
import { type Facts, formatEndpoint, type ReaderOutcome, valueOr } from '../facts/index.ts';
import { buildClosedSocket, buildConnection } from './build-connection.ts';
import { buildProcess, countDescriptors, type DescriptorCounts } from './build-process.ts';
import { REPORT_SCHEMA_ID, type Report, type ReportFinding, type ReportReader } from './document.ts';
import { ConnectionGrouper, selectOldest } from './group-connections.ts';

/** How many connections, closed sockets, peers and ports of a finding the document lists; its counts are whole. */
export const LISTED_PER_FINDING = 100;

/** What goes into a report beside what was seen. */
export interface ReportOptions {
  /** Arguments of processes may hold secrets: only on a user's demand. */
  readonly showArguments: boolean;
  /** Default true; false: the caller writes the connections itself, and `connections` of every finding is empty. */
  readonly listsConnections?: boolean;
}

/** The JSON document of one look and what it means: schema `closewait/report/v1`. */
export function buildReport(facts: Facts, diagnosis: Diagnosis, options: ReportOptions): Report {
  const looked = {
    counts: countDescriptors(facts, diagnosis),
    exhaustions: forecastAll(diagnosis),
    grouper: new ConnectionGrouper(),
    facts,
    options,
  };
  const reported = diagnosis.findings.reduce((sum, finding) => sum + finding.connections.length, 0);
  return {
    schema: REPORT_SCHEMA_ID,
    takenAt: new Date(facts.takenAtMs).toISOString(),
    host: { name: facts.host.name, kernel: facts.host.kernel, bootId: facts.host.bootId },
    windowMs: facts.closeLook?.windowMs ?? null,
    readers: facts.readers.map(buildReader),
    namespaces: facts.namespaces.map(({ inode, path, sockets }) => ({ inode, path, sockets: valueOr(sockets, null) })),
    totals: {
      closeWait: diagnosis.closeWait,
      passing: diagnosis.passing,
      reported,
      closedButHeld: facts.closed.length,
      byState: facts.countByState,
    },
    findings: diagnosis.findings.map((finding) => buildFinding(finding, looked)),
    unseen: facts.unseen.map(({ what, problem }) => ({
      what,
      why: problem.why,
      detail: problem.detail,
      hint: problem.hint ?? null,
    })),
  };
}

/** What a finding of the document needs beside the finding. */
interface Looked {
  readonly counts: ReadonlyMap<number, DescriptorCounts>;
  /** By pid. */
  readonly exhaustions: ReadonlyMap<number, Exhaustion>;
  readonly grouper: ConnectionGrouper;
  readonly facts: Facts;
  readonly options: ReportOptions;
}

function buildFinding(finding: Finding, { counts, exhaustions, grouper, facts, options }: Looked): ReportFinding {
  const { process, listener, connections, closed, growth } = finding;
  const { closeLook } = facts;
  return {
    id: finding.id,
    cause: finding.cause,
    confidence: finding.confidence,
    severity: finding.severity,
    title: finding.title,
    process: process === null ? null : buildProcess(process, counts.get(process.pid), options.showArguments),
    listener:
      listener === null
        ? null
        : {
            local: formatEndpoint(listener.local),
            acceptQueue: listener.rxQueueBytes,
            backlog: listener.txQueueBytes,
          },
    count: connections.length + closed.length,
    ...grouper.group(connections, LISTED_PER_FINDING),
    parts: finding.parts,
    because: finding.because,
    victims: finding.victims,
    growth,
    growthPerMin: growth?.perMin ?? null,
    ...dateExhaustion(takesDescriptors(finding) ? exhaustions.get(process?.pid ?? -1) : undefined, facts.takenAtMs),
    evidence: finding.evidence,
    against: finding.against,
    missing: finding.missing,
    alternatives: finding.alternatives,
    remedies: finding.remedies,
    codeFix: finding.codeFix,
    docs: finding.docs,
    connections:
      options.listsConnections === false
        ? []
        : selectOldest(connections, LISTED_PER_FINDING).map((connection) => buildConnection(connection, closeLook)),
    closed: closed.slice(0, LISTED_PER_FINDING).map((socket) => buildClosedSocket(socket, closeLook)),
  };
}

/** When each process has no descriptor left: what gets stuck in all of its findings takes them. */
function forecastAll({ findings }: Diagnosis): ReadonlyMap<number, Exhaustion> {
  const exhaustions = new Map<number, Exhaustion>();
  for (const [process, own] of Map.groupBy(findings.filter(takesDescriptors), (finding) => finding.process)) {
    if (process === null) continue;
    const growth = addGrowth(own.flatMap((finding) => finding.growth ?? []));
    const exhaustion = forecast(growth, process.descriptors);
    if (exhaustion !== null) exhaustions.set(process.pid, exhaustion);
  }
  return exhaustions;
}

/** What grows and has descriptors: a connection in an accept queue has none yet. */
function takesDescriptors({ growth, connections }: Finding): boolean {
  return growth !== null && connections.some(({ socket }) => socket.inode !== 0);
}

type ExhaustionDates = Pick<ReportFinding, 'exhaustionAt' | 'exhaustionEarliestAt' | 'exhaustionLatestAt'>;

function dateExhaustion(exhaustion: Exhaustion | undefined, takenAtMs: number): ExhaustionDates {
  const date = (ms: number): string => new Date(takenAtMs + ms).toISOString();
  if (exhaustion === undefined) return { exhaustionAt: null, exhaustionEarliestAt: null, exhaustionLatestAt: null };
  return {
    exhaustionAt: date(exhaustion.inMs),
    exhaustionEarliestAt: date(exhaustion.earliestMs),
    exhaustionLatestAt: exhaustion.latestMs === null ? null : date(exhaustion.latestMs),
  };
}

/** How one reader fared, as documents show it. */
export function buildReader({ name, ok, ms, problem }: ReaderOutcome): ReportReader {
  if (problem === undefined) return { name, ok, ms };
  const { why, detail, hint } = problem;
  return hint === undefined ? { name, ok, ms, why, detail } : { name, ok, ms, why, detail, hint };
}

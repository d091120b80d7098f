import { type Confidence, formatEndpoint } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';
import { buildCaptureNotes } from './build-notes.ts';
import type { CaptureFindings, JudgedConnection } from './capture-analysis.ts';
import {
  CAPTURE_SCHEMA_ID,
  type CaptureDocument,
  type CapturedConnectionDocument,
  type CaptureEndDocument,
  type OwedFinDocument,
  type OwingEndpointDocument,
} from './capture-document.ts';
import type { CapturedConnection } from './captured-connection.ts';
import type { CapturedEnd } from './captured-end.ts';
import { DOUBT_WORDS } from './doubt-words.ts';
import type { OwedFin } from './verdict.ts';

/** Where a capture came from. */
export interface CaptureOrigin {
  readonly file: string;
  readonly tool: string;
  /** What the tool said about a file that it could not read to its end; null: it could. */
  readonly damage: string | null;
}

/** The document of a capture (`closewait/capture/v1`). */
export function buildCapture(findings: CaptureFindings, { file, tool, damage }: CaptureOrigin): CaptureDocument {
  const { counts, trust, connections } = findings;
  const built = connections.map(buildConnection);
  return {
    schema: CAPTURE_SCHEMA_ID,
    file,
    tool,
    packets: { read: counts.packets, segments: counts.segments, tagged: counts.tagged, unread: counts.unread },
    links: [...counts.links].map(([name, packets]) => ({ name, packets })),
    firstAt: toTime(counts.firstMs),
    endedAt: counts.lastMs === null ? null : toTime(trust.endMs),
    endIs: findings.endIs,
    dropped: trust.dropped,
    minAgeMs: trust.minAgeMs,
    verdicts: findings.verdicts,
    cannotSay: [...findings.cannotSay].map(([id, count]) => ({ id, says: DOUBT_WORDS[id].says, count })),
    forgotten: findings.forgotten,
    slowestClose: findings.slowestClose === null ? null : buildConnection(findings.slowestClose),
    owing: groupByEndpoint(built.filter(({ verdict }) => verdict === 'half-closed')),
    connections: built.filter(({ verdict }) => verdict !== 'half-closed'),
    notes: buildCaptureNotes(findings, damage),
  };
}

function buildConnection({ connection, verdict }: JudgedConnection): CapturedConnectionDocument {
  const { first, second, opening, startedMs, lastMs, strays } = connection;
  const owed = verdict.kind === 'cannot-say' ? verdict.owed : 'end' in verdict ? verdict : null;
  const doubts = 'doubts' in verdict ? verdict.doubts : [];
  return {
    ends: [buildEnd(first, second, connection), buildEnd(second, first, connection)],
    opening,
    firstAt: toTime(startedMs),
    lastAt: toTime(lastMs),
    verdict: verdict.kind,
    confidence: verdict.kind === 'half-closed' ? verdict.confidence : null,
    owes: owed === null ? null : buildOwed(owed),
    betweenFinsMs: verdict.kind === 'closed' ? toMs(verdict.betweenFinsMs) : null,
    resetBy: verdict.kind === 'reset' ? formatEndpoint(verdict.by.endpoint) : null,
    doubts: doubts.map((id) => ({ id, ...DOUBT_WORDS[id] })),
    strays,
  };
}

function buildEnd(end: CapturedEnd, other: CapturedEnd, { opening }: CapturedConnection): CaptureEndDocument {
  const { fin, stream } = end;
  const states = end.state.read((sequence) => other.stream?.isWholeUpTo(sequence) ?? true);
  const isShown = end.segments > 0 || (end.synMs === null && end.initialSequence !== null && opening !== 'not-seen');
  return {
    endpoint: formatEndpoint(end.endpoint),
    state: isShown ? withoutListener(states.state) : null,
    statesIfLost: isShown ? states.ifLost.map(withoutListener) : [],
    segments: end.segments,
    dataOctets: end.dataOctets,
    missingOctets: stream?.missingOctets ?? 0,
    synAt: toTime(end.synMs),
    finAt: toTime(fin?.firstMs ?? null),
    finSends: fin?.sends ?? 0,
    finAcknowledgedAt: toTime(fin?.acknowledgedMs ?? null),
    resetAt: toTime(end.resetMs),
    windowClosedSince: toTime(end.windowClosedMs),
  };
}

/** A connection that a listener did not take, or gave back after a RST, is none. */
function withoutListener(state: TcpState): TcpState {
  return state === 'LISTEN' ? 'CLOSED' : state;
}

function buildOwed({ end, sinceMs, ageMs, provenMs }: OwedFin): OwedFinDocument {
  const { afterFin } = end;
  return {
    endpoint: formatEndpoint(end.endpoint),
    since: toTime(sinceMs),
    ageMs: toMs(ageMs),
    receivedAt: toTime(afterFin?.receivedMs ?? null),
    provenUntil: toTime(afterFin?.provenMs ?? null),
    provenMs: provenMs === null ? null : toMs(provenMs),
    octetsAfterFin: afterFin?.octets ?? 0,
    lastDataAt: toTime(afterFin?.lastDataMs ?? null),
  };
}

/** The endpoint with the oldest first, and of each the oldest first. */
function groupByEndpoint(owing: readonly CapturedConnectionDocument[]): readonly OwingEndpointDocument[] {
  const ageOf = ({ owes }: CapturedConnectionDocument): number => owes?.ageMs ?? 0;
  const groups = Map.groupBy(
    owing.toSorted((a, b) => ageOf(b) - ageOf(a)),
    ({ owes }) => owes?.endpoint ?? '',
  );
  return [...groups].flatMap(([endpoint, connections]) => {
    const oldest = connections[0]?.owes ?? null;
    if (oldest === null) return [];
    const countOf = (wanted: Confidence): number =>
      connections.filter(({ confidence }) => confidence === wanted).length;
    return [
      {
        endpoint,
        count: connections.length,
        byConfidence: { certain: countOf('certain'), likely: countOf('likely'), possible: countOf('possible') },
        oldestSince: oldest.since,
        oldestAgeMs: oldest.ageMs,
        connections,
      },
    ];
  });
}

/** Times that a Date can hold: a damaged capture may claim others. */
const LATEST_MS = 8.64e15;

function toTime(ms: number): string;
function toTime(ms: number | null): string | null;
function toTime(ms: number | null): string | null {
  if (ms === null) return null;
  return new Date(Math.max(0, Math.min(LATEST_MS, Math.floor(ms)))).toISOString();
}

/** Milliseconds with three places: more than that is noise of the capture's clock. */
function toMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

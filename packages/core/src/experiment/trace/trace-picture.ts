import type { PictureRow, PictureSide, SequencePicture } from '../../draw/index.ts';
import { formatBytes, formatDuration } from '../../report/index.ts';
import {
  describeCall,
  describeEntry,
  describeReturn,
  describeThread,
  hasWaited,
  isAnswer,
  isEndOfFile,
} from './call-words.ts';
import { describeSegment } from './describe-segment.ts';
import { foldRows } from './fold-rows.ts';
import { mergeCalls } from './merge-calls.ts';
import type { TimedRow } from './timed-row.ts';
import type {
  TraceCall,
  TraceConnection,
  TraceDocument,
  TraceEnd,
  TraceEvent,
  TraceMissing,
  TraceSegment,
  TraceState,
} from './trace-document.ts';

const SIDE_OF: Readonly<Record<TraceEnd, PictureSide>> = { client: 'left', server: 'right' };

/** A connection as a picture. `all`: nothing is folded. */
export function pictureOf(trace: TraceDocument, connection: TraceConnection, all: boolean): SequencePicture {
  const rows = (all ? connection.events : mergeCalls(connection.events))
    .filter((event) => event.kind !== 'missing')
    .flatMap((event) => rowsOf(event, connection))
    .sort((a, b) => a.atMs - b.atMs);
  const missing = connection.events.flatMap((event) => (event.kind === 'missing' ? [event] : []));
  return {
    left: { program: nameLane(trace, connection, 'client'), before: 'CLOSED' },
    right: { program: nameLane(trace, connection, 'server'), before: 'LISTEN' },
    rows: [
      ...foldRows(joinStates(rows), trace.endedAt, all),
      ...threadRows(trace, connection),
      ...missing.map((event) => missingRow(event, connection)),
    ],
  };
}

export function nameLane({ lanes }: TraceDocument, connection: TraceConnection, end: TraceEnd): string {
  const { pid } = connection[end];
  if (pid === null) return 'program not seen';
  const lane = lanes.find((it) => it.pid === pid);
  if (lane === undefined) return `process ${pid}`;
  return lane.parentPid === null ? `${lane.role} ${pid}` : `child ${pid} of ${lane.role}`;
}

function rowsOf(event: TraceEvent, connection: TraceConnection): readonly TimedRow[] {
  if (event.kind === 'segment') return [segmentRow(event, connection)];
  if (event.kind === 'state') return [stateRow(event, connection)];
  if (event.kind === 'call') return callRows(event, connection);
  return [];
}

function segmentRow(segment: TraceSegment, connection: TraceConnection): TimedRow {
  const isSpecial = segment.flags.some((flag) => flag === 'FIN' || flag === 'RST');
  const text = describeSegment(segment, connection);
  return {
    kind: 'arrow',
    atMs: segment.at,
    from: SIDE_OF[segment.from],
    text,
    tone: segment.flags.includes('RST') ? 'alarm' : isSpecial ? 'strong' : 'plain',
    owed: false,
    alike: `${segment.from} ${text.replaceAll(/\d[\d,]*/g, '#')}`,
    bytes: segment.payloadBytes,
  };
}

function stateRow({ at, end, to, withinMs, seenBy }: TraceState, { events }: TraceConnection): TimedRow {
  const isLegal = events.some((event) => event.kind === 'missing' && event.end === end && !event.isDue);
  const isStuck = to === 'CLOSE-WAIT' && !isLegal;
  const within = seenBy === 'sock_diag' && withinMs >= 1 ? ` (within ${formatDuration(withinMs)})` : '';
  const text = `${to ?? 'gone'}${within}`;
  return {
    kind: 'state',
    atMs: at,
    side: SIDE_OF[end],
    text,
    tone: isStuck ? 'alarm' : to === null || to === 'CLOSED' ? 'faint' : 'good',
    stuck: isStuck,
    alike: `${end} ${text}`,
    bytes: 0,
  };
}

function callRows(call: TraceCall, connection: TraceConnection): readonly TimedRow[] {
  const by = call.tid === connection[call.end].pid ? '' : ` by ${call.tid}`;
  const row = (atMs: number, text: string): TimedRow => ({
    kind: 'call',
    atMs,
    side: SIDE_OF[call.end],
    text: `${text}${by}`,
    tone: isEndOfFile(call) || call.returnedAt === null || call.call.startsWith('close') ? 'strong' : 'plain',
    owed: false,
    alike: `${call.end} ${call.call} ${call.fd} ${call.how} ${call.error}`,
    bytes: 0,
  });
  if (isAnswer(call) && call.returnedAt !== null && call.times === 1) {
    return [row(call.returnedAt, describeCall(call))];
  }
  if (!hasWaited(call)) return [row(call.at, describeCall(call))];
  return [row(call.at, describeEntry(call)), row(call.returnedAt ?? call.at, describeReturn(call))];
}

/** States that one end passes within less than this were brought about by one thing. */
const AT_ONCE_MS = 1;

/** A server's end is in SYN-RECEIVED for some microseconds: one row for what follows at once. */
function joinStates(rows: readonly TimedRow[]): readonly TimedRow[] {
  const joined: TimedRow[] = [];
  for (const row of rows) {
    const before = joined.at(-1);
    if (
      row.kind === 'state' &&
      before?.kind === 'state' &&
      before.side === row.side &&
      row.atMs - before.atMs < AT_ONCE_MS
    ) {
      joined[joined.length - 1] = { ...row, atMs: before.atMs, text: `${before.text} › ${row.text}` };
    } else joined.push(row);
  }
  return joined;
}

/** Where the threads are when the observation ends, on both sides. */
function threadRows(trace: TraceDocument, connection: TraceConnection): readonly PictureRow[] {
  return (['client', 'server'] as const).flatMap((end) => {
    const { atEnd } = connection[end];
    // What has not returned is drawn where it began.
    const drawn = connection.events.flatMap((event) =>
      event.kind === 'call' && event.end === end && event.returnedAt === null ? [event.tid] : [],
    );
    return atEnd.flatMap((thread): readonly PictureRow[] => {
      if (drawn.includes(thread.tid) && thread.does === 'in-call') return [];
      const who = thread.tid === thread.pid ? '' : `, thread ${thread.tid}`;
      const text = `${describeThread(thread)}${who}`;
      return [{ kind: 'call', atMs: trace.endedAt, side: SIDE_OF[end], text, tone: 'plain', owed: false }];
    });
  });
}

function missingRow({ end, what, bytes, forMs, isDue }: TraceMissing, connection: TraceConnection): PictureRow {
  const side = SIDE_OF[end];
  const tone = isDue ? 'warn' : 'faint';
  const owed = isDue ? 'owed' : 'not due yet';
  if (what === 'fin') {
    const since = isDue && forMs !== null ? ` for ${formatDuration(forMs)}` : '';
    return { kind: 'arrow', atMs: null, from: side, text: `FIN ${owed}${since}`, tone, owed: true };
  }
  const { fd } = connection[end];
  const unread = bytes === null ? '' : bytes === 0 ? ', FIN unread' : `, ${formatBytes(bytes)} unread`;
  const call = `${what}${what === 'close' && fd !== null ? `(${fd})` : ''}`;
  return { kind: 'call', atMs: null, side, text: `${call} ${owed}${unread}`, tone, owed: true };
}

import type { PictureRow, PictureSide, SequencePicture } from '../../draw/index.ts';
import { formatBytes, formatCountOf, formatDuration } from '../../report/index.ts';
import {
  describeCall,
  describeEntry,
  describeReturn,
  describeThread,
  hasWaited,
  isAnswer,
  isEndOfFile,
} from './call-words.ts';
import { foldRows } from './fold-rows.ts';
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
  const rows = mergeCalls(connection.events, all)
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

/** A row with a time. */
export type TimedRow = Exclude<PictureRow, { readonly kind: 'gap' }> & {
  readonly atMs: number;
  /** Equal for rows that are the same but for numbers that count on. */
  readonly alike: string;
  /** Bytes of data that a segment carries; 0 for any other row. */
  readonly bytes: number;
};

function rowsOf(event: TraceEvent, connection: TraceConnection): readonly TimedRow[] {
  if (event.kind === 'segment') return [segmentRow(event, connection)];
  if (event.kind === 'state') return [stateRow(event)];
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

/** `SYN`, `24 bytes`, `24 bytes and FIN`, `ACK of the FIN`, `ACK 25, window 0`. */
function describeSegment(segment: TraceSegment, { events }: TraceConnection): string {
  const { from, flags, payloadBytes, acknowledgment, window } = segment;
  const words: string[] = flags.filter((flag) => flag === 'SYN' || flag === 'FIN' || flag === 'RST');
  if (payloadBytes > 0) words.unshift(formatCountOf(payloadBytes, 'byte'));
  if (isProbe(segment, events)) return 'window probe';
  const full = window === 0 && !flags.includes('RST') ? ', window 0' : '';
  if (words.length > 0)
    return `${words.join(' and ')}${flags.includes('SYN') && flags.includes('ACK') ? ', ACK' : ''}${full}`;
  const fin = events.find((event) => event.kind === 'segment' && event.from !== from && event.flags.includes('FIN'));
  const ofFin =
    fin?.kind === 'segment' && acknowledgment === fin.sequence + fin.payloadBytes + 1 ? ' of the FIN' : null;
  return `ACK${ofFin ?? (acknowledgment === null ? '' : ` ${acknowledgment}`)}${full}`;
}

/** Without data and below what was sent already: it asks whether the window has opened (tcp_xmit_probe_skb). */
function isProbe({ at, from, flags, payloadBytes, sequence }: TraceSegment, events: readonly TraceEvent[]): boolean {
  if (payloadBytes > 0 || flags.length !== 1 || flags[0] !== 'ACK') return false;
  return events.some(
    (event) =>
      event.kind === 'segment' &&
      event.from === from &&
      event.at < at &&
      event.sequence + event.payloadBytes > sequence,
  );
}

function stateRow({ at, end, to, withinMs, seenBy }: TraceState): TimedRow {
  const within = seenBy === 'sock_diag' && withinMs >= 1 ? ` (within ${formatDuration(withinMs)})` : '';
  const text = `${to ?? 'gone'}${within}`;
  return {
    kind: 'state',
    atMs: at,
    side: SIDE_OF[end],
    text,
    tone: to === 'CLOSE-WAIT' ? 'alarm' : to === null || to === 'CLOSED' ? 'faint' : 'good',
    stuck: to === 'CLOSE-WAIT',
    alike: `${end} ${text}`,
    bytes: 0,
  };
}

/** The same call with the same answer, again and again, is one; a runtime may do other things in between. */
function mergeCalls(events: readonly TraceEvent[], all: boolean): readonly TraceEvent[] {
  if (all) return events;
  const merged: TraceEvent[] = [];
  const latest: Partial<Record<TraceEnd, number>> = {};
  for (const event of events) {
    const at = event.kind === 'call' ? latest[event.end] : undefined;
    const before = at === undefined ? undefined : merged[at];
    if (event.kind === 'call' && at !== undefined && before?.kind === 'call' && isSameAgain(before, event)) {
      merged[at] = { ...before, returnedAt: event.returnedAt, times: before.times + event.times };
      continue;
    }
    if (event.kind === 'call') latest[event.end] = merged.length;
    merged.push(event);
  }
  return merged;
}

/** Only what tells nothing new: the end of file over and over, or an error. */
function isSameAgain(a: TraceCall, b: TraceCall): boolean {
  const isIdle = b.error !== null || (b.result === 0 && isEndOfFile(b));
  const isSame = a.call === b.call && a.fd === b.fd && a.tid === b.tid && a.result === b.result && a.error === b.error;
  const hasNotWaited = a.times > 1 || (a.returnedAt !== null && a.returnedAt - a.at < AT_ONCE_MS);
  return isIdle && isSame && hasNotWaited && b.returnedAt !== null;
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

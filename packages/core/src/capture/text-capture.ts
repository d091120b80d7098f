import {
  createStyle,
  formatCount,
  formatCountOf,
  formatDuration,
  glue,
  hang,
  type Style,
  safeText,
  usableWidth,
  wrap,
} from '../report/index.ts';
import type { CaptureDocument, CapturedConnectionDocument, OwingEndpointDocument } from './capture-document.ts';
import { formatConnectionLines } from './text-connection.ts';
import { formatOwing } from './text-owing.ts';

/** How the text is written. */
export interface TextCaptureOptions {
  /** Of closewait, for the head line. */
  readonly version: string;
  readonly colour: boolean;
  readonly width: number;
  /** Lists also connections that nobody owes anything on. */
  readonly listsAll: boolean;
}

/** A capture's document for a person: ends with a newline. */
export function formatCapture(document: CaptureDocument, options: TextCaptureOptions): string {
  const width = usableWidth(options.width);
  const style = createStyle(options.colour);
  const lines = [
    ...wrap(formatHead(document, options.version), width).map(style.faint),
    '',
    ...formatSummary(document, style, width),
    '',
    ...document.owing.slice(0, ENDPOINTS).flatMap((owing) => [...formatOwing(owing, document, style, width), '']),
    ...formatMoreOwing(document.owing.slice(ENDPOINTS), style),
    ...formatInUse(document, style, width),
    ...formatCannotSay(document, style, width),
    ...(options.listsAll ? formatOthers(document, style, width) : []),
    ...formatNotes(document, style, width),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function formatHead({ file, tool, packets, links, firstAt, endedAt }: CaptureDocument, version: string): string {
  const spanMs = firstAt === null || endedAt === null ? 0 : Date.parse(endedAt) - Date.parse(firstAt);
  const span = packets.read === 0 ? '' : ` in ${formatDuration(spanMs)}`;
  const tagged = packets.tagged > 0 ? `, ${formatCount(packets.tagged)} with VLAN tags` : '';
  const parts = [
    `closewait ${version}`,
    safeText(file === '-' ? 'standard input' : (file.split('/').at(-1) ?? file)),
    `${formatCountOf(packets.read, 'packet')}${span}, ${formatCount(packets.segments)} of TCP${tagged}`,
    ...(links.length === 0 ? [] : [links.map(({ name }) => safeText(name)).join(', ')]),
    safeText(tool),
  ];
  return parts.map(glue).join('   ');
}

function formatSummary(
  { owing, verdicts, slowestClose }: CaptureDocument,
  style: Style,
  width: number,
): readonly string[] {
  const total = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return wrap('No TCP connection in this capture.', width);
  const owed = owing.reduce((sum, { count }) => sum + count, 0);
  const oldestMs = owing[0]?.oldestAgeMs ?? 0;
  const calm = verdicts['cannot-say'] === 0 ? 'No FIN is owed.' : 'No FIN is owed as far as this capture tells.';
  const head =
    owed === 0
      ? style.good(calm)
      : `${style.strong(glue(`${formatCountOf(owed, 'connection')} ${owed === 1 ? 'is' : 'are'} half-closed`))}: one end has closed, the other owes its FIN, ${owed === 1 ? 'for' : 'the oldest for'} ${glue(formatDuration(oldestMs))} when the capture ended.`;
  const rest = [
    [verdicts.closed, 'closed both ways'],
    [verdicts.reset, 'reset'],
    [verdicts.open, 'open'],
    [verdicts['half-close-in-use'], 'half-closed and in use'],
    [verdicts.unanswered, 'never answered'],
    [verdicts['cannot-say'], 'cannot be told'],
  ] as const;
  const parts = rest.flatMap(([count, what]) => (count === 0 ? [] : [glue(`${formatCount(count)} ${what}`)]));
  const close = slowestClose?.betweenFinsMs ?? null;
  const slowest =
    close === null || close < 1
      ? ''
      : ` The slowest close took ${glue(formatDuration(close))} from one FIN to the other.`;
  const all = parts.length === 0 ? '' : ` Of ${glue(formatCountOf(total, 'connection'))}: ${parts.join(', ')}.`;
  return wrap(`${head}${all}${slowest}`, width);
}

/** How many endpoints are told about one by one. */
const ENDPOINTS = 20;

function formatMoreOwing(owing: readonly OwingEndpointDocument[], style: Style): readonly string[] {
  if (owing.length === 0) return [];
  const connections = owing.reduce((sum, { count }) => sum + count, 0);
  const more = `and ${formatCountOf(owing.length, 'endpoint')} more, on ${formatCountOf(connections, 'connection')}`;
  return [style.faint(`${more}; --json has them all`), ''];
}

/** How many connections a list names before it counts the rest. */
const LISTED = 10;

function formatList(
  title: string,
  connections: readonly CapturedConnectionDocument[],
  { firstAt }: CaptureDocument,
  style: Style,
  width: number,
  listed: number = LISTED,
): readonly string[] {
  if (connections.length === 0) return [];
  const more = connections.length - listed;
  return [
    style.strong(title),
    ...connections.slice(0, listed).flatMap((each) => formatConnectionLines(each, firstAt, width)),
    ...(more > 0 ? [`  ${style.faint(`and ${formatCount(more)} more; --json has them all`)}`] : []),
    '',
  ];
}

function formatInUse(document: CaptureDocument, style: Style, width: number): readonly string[] {
  const inUse = document.connections.filter(({ verdict }) => verdict === 'half-close-in-use');
  return formatList('Half-closed and in use: this end still sends, which is legal', inUse, document, style, width);
}

function formatOthers(document: CaptureDocument, style: Style, width: number): readonly string[] {
  const others = document.connections.filter(
    ({ verdict }) => verdict !== 'half-close-in-use' && verdict !== 'cannot-say',
  );
  return formatList('Other connections', others, document, style, width, others.length);
}

function formatCannotSay(document: CaptureDocument, style: Style, width: number): readonly string[] {
  const { cannotSay, connections } = document;
  if (cannotSay.length === 0) return [];
  const listed = connections.filter(({ verdict, owes }) => verdict === 'cannot-say' && owes !== null);
  return [
    style.strong('Cannot be told'),
    ...cannotSay
      .toSorted((a, b) => b.count - a.count)
      .flatMap(({ count, says }) => hang(`  ${formatCount(count)}`, says, 10, width)),
    '',
    ...formatList('  of these, with one FIN', listed, document, style, width),
  ];
}

function formatNotes({ notes }: CaptureDocument, style: Style, width: number): readonly string[] {
  if (notes.length === 0) return [];
  return [
    style.strong('What limits this capture'),
    ...notes.flatMap(({ says }) => hang('  - ', safeText(says), 4, width)),
  ];
}

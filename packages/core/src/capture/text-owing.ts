import type { Confidence } from '../facts/index.ts';
import { formatCount, formatCountOf, formatDuration, glue, hang, type Style, wrap } from '../report/index.ts';
import type {
  CaptureDocument,
  CapturedConnectionDocument,
  CaptureEndDocument,
  OwedFinDocument,
  OwingEndpointDocument,
} from './capture-document.ts';
import { describeState } from './text-connection.ts';
import { formatMoment } from './text-moment.ts';

/** How many connections of an endpoint that are alike are told one by one. */
const LISTED = 5;
const AT = 12;

/** An endpoint that owes its FIN: how often, since when, how sure that is and why not surer, and the oldest of its connections. */
export function formatOwing(
  { endpoint, count, oldestSince, oldestAgeMs, connections }: OwingEndpointDocument,
  { firstAt }: CaptureDocument,
  style: Style,
  width: number,
): readonly string[] {
  const since = glue(`${formatMoment(oldestSince, firstAt)} UTC (${formatDuration(oldestAgeMs)})`);
  const head = `${style.strong(endpoint)} owes its FIN on ${style.alarm(glue(formatCountOf(count, 'connection')))}, ${count === 1 ? '' : 'the oldest '}since ${since}`;
  const alike = Map.groupBy(connections.flatMap(toOwed), signatureOf);
  const groups = [...alike.values()].toSorted((a, b) => rankOf(a) - rankOf(b));
  return [...wrap(head, width), ...groups.flatMap((group) => formatAlike(group, firstAt, style, width))];
}

/** A connection with everything that its lines are made of. */
interface Owed {
  readonly connection: CapturedConnectionDocument;
  readonly confidence: Confidence;
  readonly owes: OwedFinDocument;
  readonly own: CaptureEndDocument;
  readonly closer: CaptureEndDocument;
}

function toOwed(connection: CapturedConnectionDocument): readonly Owed[] {
  const { ends, confidence, owes } = connection;
  const [first, second] = ends;
  if (confidence === null || owes === null) return [];
  const isFirst = first.endpoint === owes.endpoint;
  return [{ connection, confidence, owes, own: isFirst ? first : second, closer: isFirst ? second : first }];
}

/** What is told once for all connections that share it. */
function signatureOf({ connection, confidence, own, closer }: Owed): string {
  const doubts = connection.doubts.map(({ id }) => id).join(' ');
  return `${confidence} ${describeState(own)} ${describeState(closer)} ${doubts}`;
}

const CONFIDENCES: readonly Confidence[] = ['certain', 'likely', 'possible'];

function rankOf([first]: readonly Owed[]): number {
  return first === undefined ? 0 : CONFIDENCES.indexOf(first.confidence);
}

const PAINT = { certain: 'alarm', likely: 'warn', possible: 'faint' } as const satisfies Record<
  Confidence,
  keyof Style
>;

function formatAlike(group: readonly Owed[], dayOf: string | null, style: Style, width: number): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { connection, confidence, own, closer } = first;
  const counted = group.length === 1 ? '' : `${formatCount(group.length)} `;
  const states = `${counted}in ${describeState(own)}, the peer in ${describeState(closer)}`;
  const decides = connection.doubts.find((doubt) => doubt.decides !== null)?.decides ?? null;
  const more = group.length - LISTED;
  return [
    ...hang(`  ${style[PAINT[confidence]](confidence)}`, states, AT, width),
    ...connection.doubts.flatMap(({ says }) => hang(`${' '.repeat(AT)}- `, says, AT + 2, width)),
    ...(decides === null ? [] : hang(`${' '.repeat(AT)}${style.faint('decides:')} `, decides, AT + 2, width)),
    ...group.slice(0, LISTED).flatMap((owed) => formatPeer(owed, dayOf, width)),
    ...(more > 0 ? [`${' '.repeat(AT)}${style.faint(`and ${formatCount(more)} more; --json has them all`)}`] : []),
  ];
}

/** `10.0.9.4:51234  FIN at 13:41:07.123, acknowledged at once; owed it for 9 min, says its segment of 13:50:10.000`. */
function formatPeer({ confidence, owes, closer }: Owed, dayOf: string | null, width: number): readonly string[] {
  const facts = [
    describeFin(owes, closer.finSends, dayOf),
    ...describeProof(owes, confidence, dayOf),
    ...describeData(owes, dayOf),
    ...(closer.windowClosedSince === null
      ? []
      : [`the peer's window is closed since ${formatMoment(closer.windowClosedSince, dayOf)}, so it cannot send`]),
  ];
  return hang(`${' '.repeat(AT)}${closer.endpoint}  `, facts.join('; '), AT + 2, width);
}

function describeFin({ since, receivedAt }: OwedFinDocument, sends: number, dayOf: string | null): string {
  const times = sends > 1 ? `, ${formatCount(sends)} times` : '';
  const delayMs = receivedAt === null ? null : Date.parse(receivedAt) - Date.parse(since);
  const after = delayMs === null || delayMs < 1 ? 'at once' : `after ${glue(formatDuration(delayMs))}`;
  return `FIN at ${formatMoment(since, dayOf)}${times}, ${delayMs === null ? 'never acknowledged' : `acknowledged ${after}`}`;
}

function describeProof(
  { provenUntil, provenMs, ageMs }: OwedFinDocument,
  confidence: Confidence,
  dayOf: string | null,
): readonly string[] {
  if (confidence !== 'certain' || provenUntil === null || provenMs === null) return [];
  const proof = `its own segment at ${formatMoment(provenUntil, dayOf)} proves that for ${glue(formatDuration(provenMs))}`;
  return [ageMs - provenMs < 1000 ? proof : `${proof}, and no FIN was seen until the end`];
}

function describeData({ octetsAfterFin, lastDataAt }: OwedFinDocument, dayOf: string | null): readonly string[] {
  if (octetsAfterFin === 0 || lastDataAt === null) return [];
  return [
    `${glue(formatCountOf(octetsAfterFin, 'octet'))} after the FIN, the last at ${formatMoment(lastDataAt, dayOf)}`,
  ];
}

import type { Confidence } from '../facts/index.ts';
import { formatCount, formatCountOf, formatDuration, glue, hang, type Style, wrap } from '../report/index.ts';
import type {
  CaptureDocument,
  CapturedConnectionDocument,
  OwedFinDocument,
  OwingEndpointDocument,
} from './capture-document.ts';
import { describeState } from './text-connection.ts';
import { formatMoment } from './text-moment.ts';

/** How many connections of an endpoint are told one by one. */
const LISTED = 5;
const AT = 12;

/** An endpoint that owes its FIN: how often, since when, how sure that is, and the oldest of its connections. */
export function formatOwing(
  owing: OwingEndpointDocument,
  { firstAt }: CaptureDocument,
  style: Style,
  width: number,
): readonly string[] {
  const { endpoint, count, byConfidence, oldestSince, oldestAgeMs, connections } = owing;
  const sure = (['certain', 'likely', 'possible'] as const)
    .filter((confidence) => byConfidence[confidence] > 0)
    .map((confidence) => (count === 1 ? confidence : glue(`${formatCount(byConfidence[confidence])} ${confidence}`)))
    .join(', ');
  const oldest = `${count === 1 ? 'since' : 'the oldest since'} ${formatMoment(oldestSince, firstAt)} UTC`;
  const head = `${style.strong(endpoint)} owes its FIN on ${style.alarm(glue(formatCountOf(count, 'connection')))}, ${glue(`${oldest} (${formatDuration(oldestAgeMs)})`)}: ${sure}`;
  const more = count - LISTED;
  return [
    ...wrap(head, width),
    ...connections.slice(0, LISTED).flatMap((each) => formatConnection(each, firstAt, style, width)),
    ...(more > 0 ? [`  ${style.faint(`and ${formatCount(more)} more; --json has them all`)}`] : []),
  ];
}

const PAINT = { certain: 'alarm', likely: 'warn', possible: 'faint' } as const satisfies Record<
  Confidence,
  keyof Style
>;

function formatConnection(
  { ends, confidence, owes, doubts }: CapturedConnectionDocument,
  dayOf: string | null,
  style: Style,
  width: number,
): readonly string[] {
  const own = ends.find(({ endpoint }) => endpoint === owes?.endpoint);
  const closer = ends.find((end) => end !== own);
  if (owes === null || own === undefined || closer === undefined || confidence === null) return [];
  const label = style[PAINT[confidence]](confidence);
  const states = `closed by ${closer.endpoint}: ${describeState(closer)}, this end ${describeState(own)}`;
  const decides = doubts.find((doubt) => doubt.decides !== null)?.decides ?? null;
  const facts = [
    describeFin(owes, closer.finSends, dayOf),
    ...describeProof(owes, confidence, dayOf),
    ...(owes.octetsAfterFin > 0 && owes.lastDataAt !== null
      ? [
          `it sent ${formatCountOf(owes.octetsAfterFin, 'octet')} after the FIN, the last at ${formatMoment(owes.lastDataAt, dayOf)}`,
        ]
      : []),
    ...(closer.windowClosedSince === null
      ? []
      : [`the peer's window is closed since ${formatMoment(closer.windowClosedSince, dayOf)}: it cannot send`]),
  ];
  return [
    ...hang(`  ${label}`, states, AT, width),
    ...hang('', `${facts.join('; ')}.`, AT, width),
    ...doubts.flatMap(({ says }) => hang('', `${style.faint('but')} ${says}`, AT, width)),
    ...(decides === null ? [] : hang('', `${style.faint('decides:')} ${decides}`, AT, width)),
  ];
}

function describeFin({ since, receivedAt }: OwedFinDocument, sends: number, dayOf: string | null): string {
  const times = sends > 1 ? `, sent ${formatCount(sends)} times` : '';
  const delayMs = receivedAt === null ? null : Date.parse(receivedAt) - Date.parse(since);
  const received =
    delayMs === null
      ? 'never acknowledged'
      : delayMs < 1
        ? 'acknowledged at once'
        : `acknowledged after ${formatDuration(delayMs)}`;
  return `FIN at ${formatMoment(since, dayOf)}${times}, ${received}`;
}

function describeProof(
  { provenUntil, provenMs, ageMs }: OwedFinDocument,
  confidence: Confidence,
  dayOf: string | null,
): readonly string[] {
  if (confidence !== 'certain' || provenUntil === null || provenMs === null) return [];
  const until = `its own segment at ${formatMoment(provenUntil, dayOf)} proves that it owed it for ${formatDuration(provenMs)}`;
  return [ageMs - provenMs < 1000 ? until : `${until}, and no FIN was seen until the end`];
}

import type { ReportFinding, ReportProcess } from './document.ts';
import { hang, padStart, truncate, widthOf, wrap } from './layout.ts';
import { formatCount, formatCountOf, formatForecast } from './quantities.ts';
import type { Style } from './style.ts';
import type { TextContext } from './text-finding.ts';
import { isInUse } from './text-summary.ts';
import { describeCommandLine, describeName, describePlace } from './words.ts';

/** Share of the descriptor limit from which it is named, and from which it is an alarm. */
const HIGH_USE = 0.8;
const ALARMING_USE = 0.95;

/** How soon the descriptors run out where that is an alarm. */
const ALARMINGLY_SOON_MS = 600_000;

const COMMAND_LINE_LINES = 2;

/** Findings of one process under one head; the order of the findings, the most urgent first, stays. */
export function groupByProcess<T extends ReportFinding>(findings: readonly T[]): readonly (readonly T[])[] {
  return [...Map.groupBy(findings, ({ process }) => process?.pid ?? null).values()];
}

/** Which process, how many of its connections are stuck, and how long its descriptors last. */
export function formatProcess(findings: readonly ReportFinding[], context: TextContext): readonly string[] {
  const { style, width, takenAtMs } = context;
  const process = findings[0]?.process ?? null;
  const commandLine = process === null ? null : describeCommandLine(process);
  const right = [describeCount(findings, style), ...describeDescriptors(findings, takenAtMs, style)].join('   ');
  return [
    ...formatProcessHead(describeProcess(process, style), right, width),
    ...(commandLine === null ? [] : formatCommandLine(commandLine, width).map(style.faint)),
  ];
}

function describeCount(findings: readonly ReportFinding[], style: Style): string {
  const stuck = findings.filter((finding) => !isInUse(finding)).reduce((sum, { count }) => sum + count, 0);
  const all = findings.reduce((sum, { count }) => sum + count, 0);
  return stuck === 0 ? `${formatCount(all)} in use` : style.strong(`${formatCount(stuck)} stuck`);
}

/** At most two lines: it may be two megabytes long. */
function formatCommandLine(commandLine: string, width: number): readonly string[] {
  return hang('', truncate(commandLine, COMMAND_LINE_LINES * (width - 8)), 2, width);
}

/** On one line with what counts at the right, on two where they do not fit. */
function formatProcessHead(left: string, right: string, width: number): readonly string[] {
  const room = width - widthOf(left);
  return widthOf(right) + 3 <= room
    ? [left + padStart(right, room)]
    : [...wrap(left, width), ...hang('', right, 2, width)];
}

function describeProcess(process: ReportProcess | null, style: Style): string {
  if (process === null) return style.strong('no holder seen');
  const name = style.strong(describeName(process));
  const place = describePlace(process);
  return `${name}  pid ${process.pid}${place === null ? '' : `  ${place}`}`;
}

function describeDescriptors(findings: readonly ReportFinding[], takenAtMs: number, style: Style): readonly string[] {
  const use = findings[0]?.process?.descriptors ?? null;
  if (use === null) return [];
  if (use.limit === null) return [`${formatCountOf(use.open, 'descriptor')}, no limit`];
  const share = use.limit === 0 ? 1 : use.open / use.limit;
  const text = `${formatCount(use.open)} of ${formatCount(use.limit)} descriptors`;
  const full = describeExhaustion(findings, takenAtMs);
  const said = full === null ? text : `${text}, ${full.says}`;
  if (share > ALARMING_USE || (full !== null && full.inMs < ALARMINGLY_SOON_MS)) {
    return [style.alarm(full === null ? `${text} (${Math.floor(share * 100)} %)` : said)];
  }
  if (share <= HIGH_USE) return [said];
  return [style.warn(full === null ? `${text} (${Math.floor(share * 100)} %)` : said)];
}

/** `full in about 6 min (5 to 8)`; null where nothing is forecast. */
function describeExhaustion(
  findings: readonly ReportFinding[],
  takenAtMs: number,
): { readonly says: string; readonly inMs: number } | null {
  for (const { exhaustionAt, exhaustionEarliestAt, exhaustionLatestAt } of findings) {
    if (exhaustionAt === null || exhaustionEarliestAt === null) continue;
    const after = (at: string): number => Date.parse(at) - takenAtMs;
    const latest = exhaustionLatestAt === null ? null : after(exhaustionLatestAt);
    const inMs = after(exhaustionAt);
    return { says: `full in about ${formatForecast(inMs, after(exhaustionEarliestAt), latest)}`, inMs };
  }
  return null;
}

import type { Report, ReportFinding, ReportProcess } from './document.ts';
import { glue, hang, padStart, truncate, widthOf, wrap } from './layout.ts';
import { formatCount, formatCountOf, formatDuration } from './quantities.ts';
import { safeText } from './safe-text.ts';
import { createStyle, type Style } from './style.ts';
import { formatFinding, type TextContext } from './text-finding.ts';
import { describeAge, describeCommandLine, describeName, describePlace } from './words.ts';

/** How the text is written. */
export interface TextReportOptions {
  /** Of closewait, for the head line. */
  readonly version: string;
  readonly colour: boolean;
  /** Columns of the terminal; lines are at most 120 wide, as longer ones are hard to read, and never below 40. */
  readonly width: number;
  /** What younger connections were left out for. */
  readonly minAgeMs: number;
}

/** Share of the descriptor limit from which it is named, and from which it is an alarm. */
const HIGH_USE = 0.8;
const ALARMING_USE = 0.95;

const COMMAND_LINE_LINES = 2;

/** The report for a person: ends with a newline. */
export function formatReport(report: Report, options: TextReportOptions): string {
  const width = Math.min(120, Math.max(40, options.width));
  const style = createStyle(options.colour);
  const context: TextContext = { style, width, takenAtMs: Date.parse(report.takenAt) };
  const tail = [...formatPassing(report, options.minAgeMs, width), ...formatUnseen(report, style, width)];
  if (report.findings.length === 0) return joinLines([...formatCalm(report, style, width), ...tail]);
  return joinLines([
    ...formatHead(report, options.version, width).map(style.faint),
    '',
    ...formatSummary(report, style, width),
    '',
    ...groupByProcess(report.findings).flatMap((findings, index, all) =>
      formatProcess(findings, all.slice(0, index).flat(), context),
    ),
    ...tail,
  ]);
}

function formatHead({ host, ...look }: Report, version: string, width: number): readonly string[] {
  const parts = [
    ...[`closewait ${version}`, host.name, `Linux ${host.kernel}`].map(safeText),
    `${describeLook(look)}, looked at in ${describeDuration(look)}`,
  ];
  return wrap(parts.map((part) => (part.length > width ? part : glue(part))).join('   '), width);
}

function formatSummary(report: Report, style: Style, width: number): readonly string[] {
  const { findings } = report;
  const { reported } = report.totals;
  const closed = findings.reduce((sum, { count }) => sum + count, 0) - reported;
  const pids = new Set(findings.flatMap(({ process }) => (process === null ? [] : [process.pid])));
  const holders = pids.size === 0 ? 'no process that was seen' : formatCountOf(pids.size, 'process', 'processes');
  const ownerless = findings.filter(({ process }) => process === null).reduce((sum, { count }) => sum + count, 0);
  const apart = pids.size > 0 && ownerless > 0 ? `, ${formatCount(ownerless)} of them with no holder seen` : '';
  const still = `${closed === 1 ? 'is a socket' : 'are sockets'} that the kernel has closed and a process still holds`;
  if (reported === 0) {
    return wrap(`${style.strong(glue(formatCount(closed)))} ${still}, in ${glue(holders)}${apart}.`, width);
  }
  const stuck = style.strong(glue(`${formatCountOf(reported, 'connection')} ${reported === 1 ? 'is' : 'are'} stuck`));
  const more = closed === 0 ? '' : ` ${formatCount(closed)} more ${still}.`;
  return wrap(`${stuck} in CLOSE-WAIT, in ${glue(holders)}${apart}${describeOldest(report)}.${more}`, width);
}

function describeOldest({ findings, totals }: Report): string {
  const [oldest] = findings
    .filter(({ oldestAgeMs }) => oldestAgeMs !== null)
    .toSorted((a, b) => (b.oldestAgeMs ?? 0) - (a.oldestAgeMs ?? 0));
  if (oldest === undefined) return '';
  const surely = findings.every(({ oldestAgeIs, connections }) => connections.length === 0 || oldestAgeIs === 'exact');
  const age = describeAge(oldest.oldestAgeMs, surely ? 'exact' : 'at-least');
  return totals.reported === 1 ? `, ${age}` : `, the oldest ${age}`;
}

/** Findings of one process under one head; the order of the findings, the most urgent first, stays. */
function groupByProcess(findings: readonly ReportFinding[]): readonly (readonly ReportFinding[])[] {
  return [...Map.groupBy(findings, ({ process }) => process?.pid ?? null).values()];
}

function formatProcess(
  findings: readonly ReportFinding[],
  elsewhere: readonly ReportFinding[],
  context: TextContext,
): readonly string[] {
  const { style, width } = context;
  const process = findings[0]?.process ?? null;
  const count = findings.reduce((sum, finding) => sum + finding.count, 0);
  const right = [style.strong(`${formatCount(count)} stuck`), ...describeDescriptors(process, style)].join('   ');
  const commandLine = process === null ? null : describeCommandLine(process);
  return [
    ...formatProcessHead(describeProcess(process, style), right, width),
    ...(commandLine === null ? [] : formatCommandLine(commandLine, width).map(style.faint)),
    ...findings.flatMap((finding, index) => [
      ...formatFinding(finding, findings.slice(0, index), elsewhere, context),
      '',
    ]),
  ];
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

function describeDescriptors(process: ReportProcess | null, style: Style): readonly string[] {
  const use = process?.descriptors ?? null;
  if (use === null) return [];
  if (use.limit === null) return [`${formatCountOf(use.open, 'descriptor')}, no limit`];
  const share = use.limit === 0 ? 1 : use.open / use.limit;
  const text = `${formatCount(use.open)} of ${formatCount(use.limit)} descriptors`;
  if (share <= HIGH_USE) return [text];
  return [(share > ALARMING_USE ? style.alarm : style.warn)(`${text} (${Math.floor(share * 100)} %)`)];
}

/** Nothing stuck: one sentence with how much that is true of. */
function formatCalm(report: Report, style: Style, width: number): readonly string[] {
  const whole = report.unseen.length === 0 && report.readers.every(({ ok }) => ok);
  const outside = report.totals.closeWait - report.totals.passing;
  const nothing =
    outside > 0 ? 'Nothing that was asked for is stuck' : whole ? 'Nothing is stuck' : 'Nothing seen is stuck';
  const looked = `${describeLook(report)} looked at in ${describeDuration(report)}.`;
  return wrap(
    `${style.good(glue(nothing))} in CLOSE-WAIT: ${looked} To see it happen: ${style.command(glue('closewait lab flawed-server'))}`,
    width,
  );
}

function formatPassing({ totals }: Report, minAgeMs: number, width: number): readonly string[] {
  const { closeWait, passing, reported } = totals;
  const others = closeWait - passing - reported;
  const young = `${formatCount(passing)} younger than ${glue(formatDuration(minAgeMs))}`;
  return [
    ...(passing > 0 ? wrap(`${young} ${passing === 1 ? 'is' : 'are'} passing through.`, width) : []),
    ...(others > 0
      ? wrap(`${formatCount(others)} more in CLOSE-WAIT ${others === 1 ? 'was' : 'were'} not asked for.`, width)
      : []),
  ];
}

/** Partial sight is said, never silent: what was not seen, why, and how to see it. */
function formatUnseen({ readers, unseen }: Report, style: Style, width: number): readonly string[] {
  const lines = [
    ...unseen.map(({ what, detail, hint }) => ({ first: 'Not seen: ', what, detail, hint })),
    ...readers
      .filter(({ ok }) => !ok)
      .map(({ name, detail, hint }) => ({
        first: 'Not read: ',
        what: name,
        detail: detail ?? 'no reason given',
        hint,
      })),
  ];
  return lines.flatMap(({ first, what, detail, hint }) => {
    const next = hint === undefined || hint === null ? '' : `; ${safeText(hint)}`;
    return hang(style.warn(first), `${safeText(what)} (${safeText(detail)})${next}.`, first.length, width);
  });
}

/** `48,213 TCP sockets in 3 namespaces`. */
function describeLook({ totals, namespaces }: Pick<Report, 'totals' | 'namespaces'>): string {
  const seen = namespaces.filter(({ sockets }) => sockets !== null);
  const count =
    totals.byState === null
      ? seen.reduce((sum, { sockets }) => sum + (sockets ?? 0), 0)
      : Object.values(totals.byState).reduce((sum, some) => sum + some, 0);
  return `${formatCountOf(count, 'TCP socket')} in ${formatCountOf(seen.length, 'namespace')}`;
}

function describeDuration({ readers }: Pick<Report, 'readers'>): string {
  return glue(formatDuration(readers.reduce((sum, { ms }) => sum + ms, 0)));
}

function joinLines(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}

import type { Report } from './document.ts';
import { createStyle } from './style.ts';
import { formatFinding, type TextContext } from './text-finding.ts';
import { formatCalm, formatHead, formatPassing, formatUnseen } from './text-look.ts';
import { formatProcess, groupByProcess } from './text-process.ts';
import { formatSummary, isInUse } from './text-summary.ts';
import { usableWidth } from './usable-width.ts';

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

/** The report for a person: ends with a newline. */
export function formatReport(report: Report, options: TextReportOptions): string {
  const width = usableWidth(options.width);
  const style = createStyle(options.colour);
  const { findings } = report;
  const context: TextContext = { style, width, takenAtMs: Date.parse(report.takenAt), findings };
  const isCalm = findings.every(isInUse);
  return joinLines([
    ...(isCalm
      ? [...formatCalm(report, style, width), ...formatSummary(findings, style, width)]
      : [...formatHead(report, options.version, width).map(style.faint), '', ...formatSummary(findings, style, width)]),
    ...(findings.length === 0 ? [] : ['']),
    ...groupByProcess(findings).flatMap((own, index, all) => [
      ...formatProcess(own, context),
      ...own.flatMap((finding, at) => [
        ...formatFinding(finding, own.slice(0, at), all.slice(0, index).flat(), context),
        '',
      ]),
    ]),
    ...formatPassing(report, options.minAgeMs, width),
    ...formatUnseen(report, style, width),
  ]);
}

/** As one text, without empty lines at its end. */
export function joinLines(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}

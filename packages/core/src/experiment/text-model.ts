import {
  createStyle,
  formatCount,
  formatDuration,
  padEnd,
  padStart,
  type Style,
  safeText,
  wrap,
} from '../report/index.ts';
import type { ModelReport, ModelRule, ModelTransition } from './model-document.ts';
import { formatDisagreement } from './text-disagreement.ts';

/** How it is written. */
export interface ModelTextOptions {
  readonly colour: boolean;
  readonly width: number;
}

const WIDEST = 120;
const NARROWEST = 80;
const COUNT_COLUMNS = 8;
const STATE_COLUMNS = 13;
const EVENT_COLUMNS = 20;
const RULE_COLUMNS = 32;

/** A run of `closewait lab model` for a terminal: what was covered, or the counter-example. */
export function formatModel(report: ModelReport, { colour, width }: ModelTextOptions): string {
  const style = createStyle(colour);
  const columns = Math.min(WIDEST, Math.max(NARROWEST, width));
  const { disagreement } = report;
  const lines =
    disagreement === null
      ? [...formatCoverage(report, style, columns), '', ...formatVerdict(report, style, columns)]
      : [...formatDisagreement(disagreement, style, columns), '', ...formatRun(report, columns)];
  return `${lines.join('\n')}\n`;
}

function formatCoverage(report: ModelReport, style: Style, columns: number): readonly string[] {
  return [
    style.strong('States, and how often an end entered each'),
    ...formatStates(report, style),
    '',
    style.strong('Transitions of RFC 9293'),
    ...report.transitions.map((transition) => formatTransition(transition, style)),
    '',
    `${style.strong('Departures of Linux')}, and where they are (in net/ipv4 but for full paths)`,
    ...report.rules.flatMap((rule) => formatRule(rule, style, columns)),
  ];
}

/** Three to a line. */
function formatStates({ states }: ModelReport, style: Style): readonly string[] {
  const cells = states.map(({ state, seen }) => `${count(seen, style)}  ${padEnd(state, STATE_COLUMNS)}`);
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += 3)
    lines.push(
      cells
        .slice(at, at + 3)
        .join('')
        .trimEnd(),
    );
  return lines;
}

function formatTransition({ from, event, to, seen, unreached }: ModelTransition, style: Style): string {
  const text = `${padEnd(from, STATE_COLUMNS)} ${padEnd(event, EVENT_COLUMNS)} ${padEnd(to, STATE_COLUMNS)}`;
  if (unreached === null) return `${count(seen, style)}  ${text}`.trimEnd();
  return style.faint(`${padStart('-', COUNT_COLUMNS)}  ${text} ${unreached}`);
}

function formatRule({ rule, seen, source }: ModelRule, style: Style, columns: number): readonly string[] {
  const indent = ' '.repeat(COUNT_COLUMNS + 2 + RULE_COLUMNS);
  const [first = '', ...more] = wrap(source.replaceAll('net/ipv4/', ''), columns - indent.length);
  return [
    `${count(seen, style)}  ${padEnd(rule, RULE_COLUMNS)}${style.faint(first)}`,
    ...more.map((line) => `${indent}${style.faint(line)}`),
  ];
}

function count(seen: number, style: Style): string {
  const text = padStart(formatCount(seen), COUNT_COLUMNS);
  return seen === 0 ? style.warn(text) : text;
}

function formatVerdict(report: ModelReport, style: Style, columns: number): readonly string[] {
  const { runs, steps } = report;
  return [
    style.good(`Model and kernel agreed after each of ${formatCount(steps)} steps of ${formatCount(runs)} sequences.`),
    ...wrap(
      'On the state and queues of both ends, the accept queue, what every call returned, and every segment on the wire.',
      columns,
    ),
    ...formatRun(report, columns),
  ];
}

function formatRun(report: ModelReport, columns: number): readonly string[] {
  const { kernel, runs, seed, tookMs, without, repeats, leftOut } = report;
  const repeated =
    repeats === 0 ? '' : ` ${formatCount(repeats)} segments were sent again and kept from the other end.`;
  const less = without.map((rule) => ` --without ${rule}`).join('');
  return [
    ...leftOut.flatMap((what) => wrap(`Left out: ${safeText(what)}`, columns)),
    ...wrap(`${safeText(kernel)}, ${formatDuration(tookMs)}.${repeated}`, columns),
    `Again: closewait lab model --runs ${runs} --seed ${seed}${less}`,
  ];
}

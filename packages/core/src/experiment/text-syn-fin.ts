import { createStyle, formatCount, type Style, safeText, wrap } from '../report/index.ts';
import type { SynFinReport, SynFinSettings } from './syn-fin-document.ts';
import { listSynFinRows, type SynFinRow } from './syn-fin-rows.ts';
import { SETTINGS_WORDS, TARGET_WORDS } from './syn-fin-words.ts';

/** How it is written. */
export interface SynFinTextOptions {
  readonly colour: boolean;
  readonly width: number;
}

/** Stands for a space at which a line may not break: `wrap` writes a space. */
const GLUE = '\u00a0';
const WIDEST = 120;
const NARROWEST = 80;
const INDENT = '  ';
/** Columns of the table but the last, which takes the rest. */
const COLUMNS = { sent: 26, settings: 9, answer: 9, sockets: 13 } as const;
const LEGEND =
  'settings: 0, 1, 2 is net.ipv4.tcp_syncookies; FO is tcp_fastopen=3, on the listener too. counters: what moved of ' +
  '/proc/net/snmp and /proc/net/netstat beside the segments themselves, and the drops that the listener counts.';

/** The experiment for a terminal: a table by target, the verdict, what it rests on. */
export function formatSynFin(report: SynFinReport, { colour, width }: SynFinTextOptions): string {
  const style = createStyle(colour);
  const columns = Math.min(WIDEST, Math.max(NARROWEST, width));
  const head =
    `${safeText(report.kernel)}   ${formatCount(report.trials.length)} trials, each in a network namespace of its own; ` +
    `every segment watched for ${report.windowMs} ms`;
  return [
    ...wrap(head, columns),
    ...formatTable(report, style, columns),
    '',
    ...wrap(LEGEND, columns).map(style.faint),
    '',
    ...formatVerdict(report, style, columns),
    '',
  ].join('\n');
}

function formatTable({ trials }: SynFinReport, style: Style, columns: number): readonly string[] {
  const head = cells('sent', 'settings', 'answer', 'sockets', 'counters that moved');
  return [...listSynFinRows(trials)].flatMap(([target, rows], index) => [
    '',
    style.strong(`to ${TARGET_WORDS[target]}`),
    ...(index === 0 ? [style.faint(head)] : []),
    ...rows.flatMap((row) => formatRow(row, style, columns)),
  ]);
}

function formatRow(row: SynFinRow, style: Style, columns: number): readonly string[] {
  const sent = row.isFirst ? row.sent : `  ${row.sent}`;
  const settings = row.isFirst ? listSettings(row.settings) : '';
  if (row.answer === null) {
    const before = cells(sent, settings, '', '', '').slice(0, INDENT.length + COLUMNS.sent + COLUMNS.settings);
    return hang(before, safeText(row.trouble), columns).map(style.warn);
  }
  const before = cells(sent, settings, row.answer, row.sockets, '');
  // A counter is not broken: its name is what one looks for.
  const [first = '', ...more] = hang(before, row.counters.map((name) => name.replaceAll(' ', GLUE)).join(' '), columns);
  const line = row.sockets === 'CLOSE-WAIT' ? first.replace('CLOSE-WAIT', style.alarm('CLOSE-WAIT')) : first;
  return [line, ...more];
}

function cells(sent: string, settings: string, answer: string, sockets: string, counters: string): string {
  const { sent: a, settings: b, answer: c, sockets: d } = COLUMNS;
  return `${INDENT}${sent.padEnd(a)}${settings.padEnd(b)}${answer.padEnd(c)}${sockets.padEnd(d)}${counters}`;
}

function hang(before: string, text: string, columns: number): readonly string[] {
  return wrap(text, columns - before.length).map((line, index) =>
    `${index === 0 ? before : ' '.repeat(before.length)}${line}`.trimEnd(),
  );
}

function formatVerdict({ verdict }: SynFinReport, style: Style, columns: number): readonly string[] {
  const [first = '', ...others] = verdict.says.map(safeText);
  const paint = { no: style.good, yes: style.alarm, undecided: style.warn }[verdict.makesCloseWait];
  return [
    ...wrap(first, columns).map(paint),
    ...others.flatMap((sentence) => wrap(sentence, columns - INDENT.length).map((line) => `${INDENT}${line}`)),
    'Controls, without which nothing would follow:',
    ...verdict.controls.flatMap(({ says, holds }) =>
      wrap(says, columns - 8).map(
        (line, index) => `${INDENT}${index > 0 ? '    ' : holds ? style.good('yes ') : style.alarm('NO  ')}${line}`,
      ),
    ),
  ];
}

/** `0 1 2 FO`. */
export function listSettings(settings: readonly SynFinSettings[]): string {
  return settings.map((name) => SETTINGS_WORDS[name]).join(' ');
}

import { createStyle, formatCount, type Style, safeText, wrap } from '../report/index.ts';
import type { SynFinReport } from './syn-fin-document.ts';
import { listSynFinRows, type SynFinRow } from './syn-fin-rows.ts';
import { listSettings, SETTINGS_LEGEND, TARGET_WORDS } from './syn-fin-words.ts';

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
    ...wrap(SETTINGS_LEGEND, columns).map(style.faint),
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

/** Last what is read first: the end is what a terminal shows. */
function formatVerdict({ verdict }: SynFinReport, style: Style, columns: number): readonly string[] {
  const [first = '', ...others] = verdict.says.map(safeText);
  const paint = { no: style.good, yes: style.alarm, undecided: style.warn }[verdict.makesCloseWait];
  return [
    'Controls, without which nothing would follow:',
    ...verdict.controls.flatMap(({ says, holds }) =>
      wrap(says, columns - 6).map((line, index) => {
        const mark = holds ? style.good('yes ') : style.alarm('NO  ');
        return `${INDENT}${index === 0 ? mark : '    '}${line}`;
      }),
    ),
    '',
    ...wrap(first, columns).map(paint),
    ...others.flatMap((sentence) => wrap(sentence, columns - INDENT.length).map((line) => `${INDENT}${line}`)),
  ];
}

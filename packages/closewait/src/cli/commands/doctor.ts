import { createStyle, safeJson, safeText, usableWidth, wrap } from '@closewait/core/report';

import type { Invocation } from '../command.ts';
import { type Check, examine } from '../examine.ts';
import { examineActions } from '../examine-actions.ts';
import { examineLaboratory } from '../examine-laboratory.ts';
import { openLiveSource } from '../open-source.ts';
import type { Terminal } from '../terminal.ts';

/** `closewait doctor`: what this machine lets the program see and do, what each thing adds, how to get what is missing. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const source = openLiveSource();
  const checks = [
    ...(await examine(source)),
    ...examineActions(source),
    ...(await examineLaboratory(process.env['PATH'] ?? '')),
  ];
  if (options['json'] === true) terminal.out(`${safeJson({ schema: 'closewait/doctor/v1', checks })}\n`);
  else printChecks(checks, terminal);
  // Without this one nothing works; without the others less is seen.
  return checks.some(({ id, status }) => id === 'sock-diag' && status !== 'available') ? 3 : 0;
}

/** `yes` and two spaces. */
const MARK_COLUMNS = 5;
const LEAST_ROOM = 30;

function printChecks(checks: readonly Check[], terminal: Terminal): void {
  const style = createStyle(terminal.colour);
  const titleWidth = Math.max(...checks.map(({ title }) => title.length));
  const room = Math.max(LEAST_ROOM, usableWidth(terminal.width) - MARK_COLUMNS - titleWidth - 2);
  for (const { status, title, adds, detail, hint } of checks) {
    const mark = status === 'available' ? style.good('yes') : style.warn('no ');
    const [first = '', ...more] = [
      ...wrap(adds, room),
      ...(detail === null ? [] : wrap(`${status}: ${safeText(detail)}`, room).map(style.warn)),
      ...(hint === null ? [] : wrap(safeText(hint), room).map(style.command)),
    ];
    terminal.out(`${mark}  ${title.padEnd(titleWidth)}  ${first}\n`);
    for (const line of more) terminal.out(`${' '.repeat(MARK_COLUMNS + titleWidth)}  ${line}\n`);
  }
  const missing = checks.filter(({ status }) => status !== 'available').length;
  terminal.out(
    missing === 0
      ? '\nEverything that closewait uses is here.\n'
      : `\n${missing} of ${checks.length} ${missing === 1 ? 'is' : 'are'} missing.\n`,
  );
}

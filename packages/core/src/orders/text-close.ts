import { OUTCOME_KINDS, type OutcomeKind } from '../facts/index.ts';
import {
  createStyle,
  formatCount,
  formatCountOf,
  formatUnseen,
  glue,
  joinWords,
  type Style,
  safeText,
  usableWidth,
  wrap,
} from '../report/index.ts';
import type { CloseDocument, CloseOrder } from './close-document.ts';
import { formatCloseProcess } from './text-close-process.ts';

/** How the text is written. */
export interface TextCloseOptions {
  readonly version: string;
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** What was selected, as the user wrote it. */
  readonly selected: string;
}

/** An order for a person: what would be done or was, to which connections, what that frees and what not. */
export function formatClose(document: CloseDocument, options: TextCloseOptions): string {
  const style = createStyle(options.colour);
  const width = usableWidth(options.width);
  const byProcess = [...Map.groupBy(document.orders, ({ pid }) => pid)];
  const blocks = [
    formatHead(document, options.version, style, width),
    ...byProcess.map(([pid, orders]) => formatCloseProcess(document, pid, orders, { style, width })),
    [...formatEnd(document, options, style, width), ...formatAudit(document, style, width)],
    formatUnseen(document, style, width),
  ];
  const text = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function formatHead(
  { host, carriedOut }: CloseDocument,
  version: string,
  style: Style,
  width: number,
): readonly string[] {
  const parts = [`closewait ${version}`, host.name, `Linux ${host.kernel}`, carriedOut ? '' : 'dry run'].map(safeText);
  const shown = parts.filter((part) => part !== '').map((part) => (part.length > width ? part : glue(part)));
  return wrap(shown.join('   '), width).map(style.faint);
}

/** The last lines are what the reader acts on. */
function formatEnd(document: CloseDocument, options: TextCloseOptions, style: Style, width: number): readonly string[] {
  const { totals, carriedOut, orders } = document;
  if (totals.selected === 0) {
    return wrap(`Nothing to do: nothing that is stuck fits ${safeText(options.selected)}.`, width);
  }
  if (carriedOut) return formatOutcomes(document, style, width);
  if (totals.planned === 0) {
    const why =
      totals.selected === 1 ? 'It is left as it is' : `All ${formatCount(totals.selected)} are left as they are`;
    return wrap(`${why}, for the reason above. Nothing was changed.`, width);
  }
  const rest = totals.selected - totals.planned;
  const left =
    rest === 0
      ? ''
      : ` ${formatCount(rest)} of those selected ${rest === 1 ? 'is' : 'are'} left as ${rest === 1 ? 'it is' : 'they are'}.`;
  return wrap(
    `${style.strong(glue(`Would act on ${formatCountOf(totals.planned, thingOf(orders))}.`))}${left} Nothing was changed: ${style.command(glue('--yes'))} does it.`,
    width,
  );
}

/** What the orders with an action are about. */
function thingOf(orders: readonly CloseOrder[]): string {
  return orders.some(({ action, connection }) => action !== null && connection === null) ? 'socket' : 'connection';
}

const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  ended: 'done, as was seen afterwards',
  'already-gone': 'gone already',
  changed: 'changed meanwhile and left alone',
  denied: 'denied',
  unsupported: 'not supported here',
  refused: 'refused',
  unconfirmed: 'done, and without effect so far',
};

function formatOutcomes({ totals }: CloseDocument, style: Style, width: number): readonly string[] {
  const kinds = OUTCOME_KINDS.filter((kind) => totals.outcomes[kind] > 0);
  const isWhole = kinds.every((kind) => kind === 'ended' || kind === 'already-gone');
  const words = kinds.map((kind) => `${formatCount(totals.outcomes[kind])} ${OUTCOME_WORDS[kind]}`);
  const paint = isWhole ? style.good : style.warn;
  return wrap(`${paint(glue(`Of ${formatCount(totals.selected)} ordered`))}: ${joinWords(words)}.`, width);
}

function formatAudit({ audit, totals }: CloseDocument, style: Style, width: number): readonly string[] {
  if (audit === null || totals.selected === 0) return [];
  const places = [...(audit.file === null ? [] : [safeText(audit.file)]), ...(audit.journal ? ['the journal'] : [])];
  const where = places.length === 0 ? 'Written down nowhere' : `Written down in ${joinWords(places)}`;
  const problem = audit.problem === null ? '' : `: ${safeText(audit.problem)}`;
  const text = `${where}${problem}.`;
  return wrap(audit.problem === null ? style.faint(glue(text)) : style.warn(glue(text)), width);
}

import { formatDecision } from '@closewait/core/orders';
import { createStyle, describeFrees, formatCount, hang, safeCommand, safeText } from '@closewait/core/report';
import type { OrderMethod } from '@closewait/core/ways';
import type { CloseOption } from './close-options.ts';
import type { ConnectionPage } from './host-look.ts';

/** Columns of the labels. */
const TEXT_AT = 13;

/** One line of what a way out does. */
export interface DetailLine {
  readonly text: string;
  readonly isCommand: boolean;
}

const DOES: Readonly<Record<OrderMethod, string>> = {
  auto: 'the least that works for the cause, or why nothing does',
  shutdown: 'ends connections in order: the peer gets a FIN',
  destroy: 'ends connections in the kernel: the peer gets a reset',
  timeout: 'gives up a peer that acknowledges nothing for 10 s',
  limit: 'raises the limit of descriptors: buys time',
  thaw: 'lets the stopped process go on',
  'free-descriptor': 'has the process close its descriptors, without its knowledge',
};

/** A way out in one line of the list. */
export function nameOption(option: CloseOption): string {
  if (option.is === 'method') return `${option.method}: ${DOES[option.method]}`;
  return `${safeText(option.remedy.does)}; ${describeFrees(option.remedy)}`;
}

/**
 * What a way out does: of a method what `closewait close` would say, of a remedy what it frees, what it risks and what the peer
 * sees. A command is wrapped and never cut: half a command is another command.
 */
export function describeOption(
  option: CloseOption,
  page: ConnectionPage | null,
  columns: number,
): readonly DetailLine[] {
  const plain = (lines: readonly string[]): readonly DetailLine[] => lines.map((text) => ({ text, isCommand: false }));
  const command = (text: string): readonly DetailLine[] =>
    hang('  command', safeCommand(text), TEXT_AT, columns).map((line) => ({ text: line, isCommand: true }));
  if (option.is === 'method') return [...command(option.command), ...plain(describeDryRun(page, columns))];
  const { remedy } = option;
  const field = (label: string, text: string): readonly DetailLine[] =>
    plain(hang(`  ${label}`, text, TEXT_AT, columns));
  return [
    ...(remedy.command === null ? field('command', 'none: this is for a person to do') : command(remedy.command)),
    ...field('does', safeText(remedy.does)),
    ...field('frees', describeFrees(remedy).replace(/^frees /, '')),
    ...(remedy.risk === '' ? [] : field('risk', safeText(remedy.risk))),
    ...field('peer sees', safeText(remedy.peerSees)),
  ];
}

/** In colours of its own, which a line of the screen has none of. */
const STYLE = createStyle(false);

function describeDryRun(page: ConnectionPage | null, columns: number): readonly string[] {
  const groups = page?.dryRun ?? [];
  return groups.flatMap(({ count, order }) => {
    const [head = '', ...rest] = formatDecision(order, { style: STYLE, width: columns });
    return groups.length === 1 ? [head, ...rest] : [`  ${formatCount(count)} × ${head.trimStart()}`, ...rest];
  });
}

/** What the list below is; `page` is null until the connections are known. */
export function describeEnded(option: CloseOption, page: ConnectionPage | null): string {
  const total = page?.total ?? null;
  if (option.is === 'method') {
    if (total === null) return 'Dry run:';
    if (total === 0) return 'Dry run: would act on nothing.';
    return `Dry run: would act on ${total === 1 ? 'this one connection' : `these ${total} connections`} and no other; --yes does it.`;
  }
  const some =
    total === null ? 'these connections' : total === 1 ? 'this one connection' : `these ${total} connections`;
  switch (option.ended.by) {
    case 'nothing':
      return 'Dry run: ends no connection.';
    case 'process':
      return `Dry run: ends ${some}, and every other connection of the process.`;
    case 'program':
      return `Dry run: ends none by itself; the program then closes ${some}.`;
  }
}

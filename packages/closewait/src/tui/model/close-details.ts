import { describeFrees, hang, safeCommand, safeText } from '@closewait/core/report';
import type { CloseOption } from './close-options.ts';

/** Columns of the labels. */
const TEXT_AT = 13;

/** One line of what a way out does. */
export interface DetailLine {
  readonly text: string;
  readonly isCommand: boolean;
}

/**
 * What a way out does, what it frees, what it risks and what the peer sees. A command is wrapped and never cut: half a
 * command is another command.
 */
export function describeOption({ remedy }: CloseOption, columns: number): readonly DetailLine[] {
  const field = (label: string, text: string): readonly DetailLine[] =>
    hang(`  ${label}`, text, TEXT_AT, columns).map((line) => ({ text: line, isCommand: false }));
  return [
    ...(remedy.command === null
      ? field('command', 'none: this is for a person to do')
      : hang('  command', safeCommand(remedy.command), TEXT_AT, columns).map((text) => ({ text, isCommand: true }))),
    ...field('does', safeText(remedy.does)),
    ...field('frees', describeFrees(remedy).replace(/^frees /, '')),
    ...(remedy.risk === '' ? [] : field('risk', safeText(remedy.risk))),
    ...field('peer sees', safeText(remedy.peerSees)),
  ];
}

/** What the list below is; `total` is null until the connections are known. */
export function describeEnded({ ended }: CloseOption, total: number | null): string {
  const some =
    total === null ? 'these connections' : total === 1 ? 'this one connection' : `these ${total} connections`;
  switch (ended.by) {
    case 'nothing':
      return 'Dry run: ends no connection.';
    case 'kernel':
      return ended.selection === null
        ? 'Dry run: which connections it ends cannot be told.'
        : `Dry run: ends ${some} and no other.`;
    case 'process':
      return `Dry run: ends ${some}, and every other connection of the process.`;
    case 'program':
      return `Dry run: ends none by itself; the program then closes ${some}.`;
  }
}

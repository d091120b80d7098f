import { hang, padEnd, type Style, safeText, wrap } from '../report/index.ts';
import type { RemediesDocument, RemedyCell } from './remedies-document.ts';
import { judgeAnyCell, VERDICTS } from './remedies-verdict.ts';
import type { PeerId, RemedyCause } from './remedies-vocabulary.ts';
import {
  describeCalls,
  describeConnection,
  describeDescriptor,
  describeTransitions,
  describeWire,
  describeWorker,
} from './remedies-words.ts';

interface CauseOptions {
  readonly style: Style;
  readonly width: number;
  /** Then every cell with all that was seen. */
  readonly peer?: PeerId;
}

const TITLE_COLUMNS = 31;
/** What is done at once takes as long as a busy machine needs. */
const AT_ONCE_MS = 500;

/** One cause: a line for each remedy, a sign for each peer, and what it gives back; of one peer everything that was seen. */
export function formatCauseRemedies(
  document: RemediesDocument,
  cause: RemedyCause,
  options: CauseOptions,
): readonly string[] {
  const { style, width, peer } = options;
  const peers = document.peers.filter(({ id }) => peer === undefined || id === peer);
  const head = `  ${padEnd('', TITLE_COLUMNS)}${peers.map(({ letter }) => ` ${letter}`).join('')}`;
  return [
    style.strong(cause),
    style.faint(head),
    ...document.remedies.flatMap(({ id, title, where }) => {
      const cells = document.cells.filter((cell) => cell.cause === cause && cell.remedy === id);
      const own = peers.flatMap((one) => cells.filter((cell) => cell.peer === one.id));
      if (own.every(({ outcome }) => outcome === 'not-applicable')) return [];
      const name = where === 'outside' ? style.command(title) : title;
      const line = `  ${padEnd(name, TITLE_COLUMNS)}${own.map((cell) => ` ${signOf(cell, style)}`).join('')}  `;
      const says = summarize(own, document);
      return [
        ...hang(line, says, 2 + TITLE_COLUMNS + 2 * peers.length + 2, width),
        ...(peer === undefined ? [] : own.flatMap((cell) => formatCell(cell, style, width))),
      ];
    }),
    '',
  ];
}

function signOf(cell: RemedyCell, style: Style): string {
  const verdict = judgeAnyCell(cell);
  if (verdict === 'n/a') return ' ';
  if (verdict === '?') return style.alarm('?');
  const { sign, tone } = VERDICTS[verdict];
  return style[tone](sign);
}

/** The verdicts of a line in words, each with its peers where there are several, and how long they took. */
function summarize(cells: readonly RemedyCell[], document: RemediesDocument): string {
  const groups = [...Map.groupBy(cells, judgeAnyCell)].filter(([verdict]) => verdict !== 'n/a');
  return groups
    .map(([verdict, own]) => {
      const letters = own.map(({ peer }) => document.peers.find(({ id }) => id === peer)?.letter ?? '?').join(' ');
      const word = verdict === '?' || verdict === 'n/a' ? 'not measured' : VERDICTS[verdict].word;
      return `${groups.length > 1 ? `${letters} ` : ''}${word}${describeDelay(own)}`;
    })
    .join('; ');
}

/** ` after 2.0 to 5.0 s`; empty for what did not leave, or left at once. */
function describeDelay(cells: readonly RemedyCell[]): string {
  const delaysMs = cells.flatMap((cell) =>
    cell.outcome === 'measured' && cell.connection.leftAfterMs !== null ? [cell.connection.leftAfterMs] : [],
  );
  const [least, most] = [Math.min(...delaysMs), Math.max(...delaysMs)];
  if (delaysMs.length === 0 || most < AT_ONCE_MS) return '';
  const [from, to] = [inSeconds(least), inSeconds(most)];
  return ` after ${from === to ? from : `${from} to ${to}`} s`;
}

/** Rounded down: it was at least so long. */
function inSeconds(ms: number): string {
  return (Math.floor(ms / 100) / 10).toFixed(1);
}

function formatCell(cell: RemedyCell, style: Style, width: number): readonly string[] {
  const line = (name: string, text: string): readonly string[] =>
    hang(`      ${style.faint(name)}`, safeText(text), 22, width);
  if (cell.outcome !== 'measured')
    return wrap(safeText(cell.why), width - 6).map((text) => `      ${style.faint(text)}`);
  const { ownerSees, ownerWouldSee, peerSees, transitions, answer } = cell;
  return [
    ...line('result', [describeConnection(cell), describeDescriptor(cell), describeWorker(cell)].join('; ')),
    ...(answer === null || answer === 'ok' ? [] : line('answered', answer)),
    ...line('this end', describeTransitions(transitions, 'own')),
    ...line('other end', describeTransitions(transitions, 'peer')),
    ...line('program sees', describeCalls(ownerSees)),
    ...(ownerWouldSee.length === 0 ? [] : line('would see', describeCalls(ownerWouldSee))),
    ...line('peer sees', describeCalls(peerSees)),
    ...line('on the wire', describeWire(cell)),
  ];
}

import { createStyle, formatCountOf, hang, padEnd, type Style, safeText, wrap } from '../report/index.ts';
import type { RemediesDocument, RemedyCell } from './remedies-document.ts';
import { findInRemedies } from './remedies-findings.ts';
import { type CellVerdict, judgeAnyCell, judgeCells, VERDICTS } from './remedies-verdict.ts';
import type { PeerId, RemedyCause, RemedyId } from './remedies-vocabulary.ts';
import { formatCauseRemedies } from './text-remedies-cause.ts';

/** How it is written, and of what. */
export interface RemediesTextOptions {
  readonly colour: boolean;
  readonly width: number;
  /** One peer's grid; without it a cell says what holds for every peer. */
  readonly peer?: PeerId;
  /** Every cell of every cause, instead of the grid. */
  readonly detailed: boolean;
}

const WIDEST = 100;
const NARROWEST = 72;
const CAUSE_COLUMNS = 22;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Depends on the peer. */
const MIXED_SIGN = '±';

/** What the remedies do, for a terminal: a grid, its legend, and what follows from it. */
export function formatRemedies(document: RemediesDocument, options: RemediesTextOptions): string {
  const style = createStyle(options.colour);
  const width = Math.min(WIDEST, Math.max(NARROWEST, options.width));
  const body = options.detailed
    ? [
        ...document.causes.flatMap((cause) => formatCauseRemedies(document, cause, { ...options, width, style })),
        ...document.peers.map(({ letter, title }) => `  ${letter} ${title}`),
        ...formatSigns(style, width, new Set(document.cells.map(judgeAnyCell))),
        '',
      ]
    : formatGrid(document, options.peer, style, width);
  return `${[...formatHead(document, width), '', ...body, ...formatFindings(document, style, width)].join('\n')}\n`;
}

function formatHead({ host, cells, tookMs, watchedMs }: RemediesDocument, width: number): readonly string[] {
  const measured = cells.filter(({ outcome }) => outcome === 'measured').length;
  return wrap(
    `${safeText(host.kernel)}   ${formatCountOf(measured, 'cell')} measured in ${Math.round(tookMs / 1000)} s, in network namespaces of their own; ` +
      `each was watched for ${watchedMs / 1000} s, and what "stays" stayed for so long.`,
    width,
  );
}

function formatGrid(
  document: RemediesDocument,
  peer: PeerId | undefined,
  style: Style,
  width: number,
): readonly string[] {
  const { peers } = document;
  const chosen = peers.find(({ id }) => id === peer);
  const title =
    chosen === undefined
      ? `Whatever the peer is (${MIXED_SIGN}: it depends on the peer, see --peer and --only)`
      : `Peer ${chosen.letter}: ${chosen.title}`;
  return [
    ...wrap(title, width).map(style.strong),
    '',
    ...formatRemediesGrid(document, peer, style),
    '',
    ...formatColumns(document, width, style),
    '',
    ...formatSigns(style, width),
    ...(chosen === undefined ? [`  ${MIXED_SIGN} depends on the peer`] : []),
    `    (blank) makes no sense    ? could not be measured`,
    '',
  ];
}

/** The grid alone: a letter for each remedy, in their order, and a sign for each cell. 74 columns. */
export function formatRemediesGrid(
  document: RemediesDocument,
  peer: PeerId | undefined,
  style: Style,
): readonly string[] {
  const { causes, remedies } = document;
  const head = `${' '.repeat(CAUSE_COLUMNS)}${remedies.map((_, index) => ` ${letterOf(index)}`).join('')}`;
  const rows = causes.map(
    (cause) =>
      `${padEnd(cause, CAUSE_COLUMNS)}${remedies.map(({ id }) => ` ${signOf(document, cause, id, peer, style)}`).join('')}`,
  );
  return [style.faint(head), ...rows];
}

/** What the signs mean; of a part of the matrix only those that are in it. */
function formatSigns(style: Style, width: number, used?: ReadonlySet<string>): readonly string[] {
  return Object.entries(VERDICTS)
    .filter(([verdict]) => used?.has(verdict) ?? true)
    .flatMap(([, { sign, word, says, tone }]) => hang(`  ${style[tone](sign)} ${word}`, says, 20, width));
}

/** Two columns where there is room. */
function formatColumns({ remedies }: RemediesDocument, width: number, style: Style): readonly string[] {
  const entries = remedies.map(({ title, where }, index) => ({ text: `${letterOf(index)}  ${title}`, where }));
  const half = Math.ceil(entries.length / 2);
  const column = Math.floor(width / 2) - 1;
  const show = (entry: (typeof entries)[number] | undefined): string =>
    entry === undefined ? '' : entry.where === 'outside' ? style.command(entry.text) : entry.text;
  return [
    `Remedies: in the program, and ${style.command('from outside')}`,
    ...entries
      .slice(0, half)
      .map((entry, index) => `  ${padEnd(show(entry), column)}${show(entries[half + index])}`.trimEnd()),
  ];
}

function letterOf(index: number): string {
  return LETTERS[index] ?? '?';
}

function signOf(
  { cells }: RemediesDocument,
  cause: RemedyCause,
  remedy: RemedyId,
  peer: PeerId | undefined,
  style: Style,
): string {
  const own = cells.filter(
    (cell) => cell.cause === cause && cell.remedy === remedy && (peer === undefined || cell.peer === peer),
  );
  return paintVerdict(own, style);
}

/** The sign of some cells, in its colour. */
function paintVerdict(cells: readonly RemedyCell[], style: Style): string {
  const verdict = judgeCells(cells);
  if (verdict === 'n/a') return ' ';
  if (verdict === '?') return style.alarm('?');
  return verdict === 'mixed' ? MIXED_SIGN : paint(verdict, style);
}

function paint(verdict: CellVerdict, style: Style): string {
  const { sign, tone } = VERDICTS[verdict];
  return style[tone](sign);
}

/** Last what is read first: the end is what a terminal shows. */
function formatFindings(document: RemediesDocument, style: Style, width: number): readonly string[] {
  const findings = findInRemedies(document);
  if (findings.length === 0) return [];
  return [
    style.strong('What the cells say'),
    ...findings.flatMap(({ holds, says, against }) =>
      holds
        ? hang('  -', says, 4, width)
        : hang(
            `  ${style.alarm('not here:')} `,
            `${says} Not so in ${against.map(({ cause, remedy, peer }) => `${cause}/${remedy}/${peer}`).join(', ')}.`,
            4,
            width,
          ),
    ),
  ];
}

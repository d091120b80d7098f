import type { StateCounts } from '../../facts/index.ts';
import {
  createStyle,
  formatCountOf,
  hang,
  padEnd,
  type Style,
  safeText,
  truncate,
  widthOf,
} from '../../report/index.ts';
import { DIAGRAM_COLUMNS, DIAGRAM_ROWS } from './diagram-layout.ts';
import { drawDiagram } from './draw-diagram.ts';
import { createInks } from './inks.ts';
import { type Remark, writeRemarks } from './remarks.ts';
import type { StatesDocument } from './states-document.ts';
import { listStates } from './states-list.ts';

/** Where and how the picture is shown. */
export interface StatesPageOptions {
  readonly colour: boolean;
  readonly unicode: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Rows that it may take; null: as many as it has. */
  readonly height: number | null;
  /** The look before, to mark what changed; null: there was none. */
  readonly before: StateCounts | null;
  /** What the first line ends with, for example how to leave. */
  readonly aside: string;
}

/** From this width on the remarks stand beside the picture. */
const WIDE_COLUMNS = 116;
const GAP_COLUMNS = 4;

/**
 * The state diagram with its counts and remarks, as lines; a list where the terminal is narrower or lower than the
 * picture. Where rows are few, whole remarks are left out, the last ones first, and what was not seen is one line.
 */
export function formatStates(document: StatesDocument, options: StatesPageOptions): readonly string[] {
  const { colour, width, height } = options;
  const style = createStyle(colour);
  const isSmall = width < DIAGRAM_COLUMNS || (height !== null && height <= DIAGRAM_ROWS);
  const picture = isSmall ? listStates(document, options) : drawDiagram(document.counts, options);
  const beside = !isSmall && width >= WIDE_COLUMNS;
  const missing = missingOf(document);
  const room = height === null ? Number.POSITIVE_INFINITY : height - 1 - picture.length;
  const unseen = room < LEAST_ROOM ? formatInOneLine(missing, style, width) : formatMissing(missing, style, width);
  const notesWidth = beside ? Math.min(WIDEST_NOTES, width - DIAGRAM_COLUMNS - GAP_COLUMNS) : width;
  const remarks = writeRemarks(document).filter(({ ofPicture }) => !isSmall || ofPicture !== true);
  const blocks = remarks.map((remark) => formatRemark(remark, colour, notesWidth));
  // Where not a row is left, the first line says that it is not all.
  const doubt = missing.length > 0 && room < 1 ? ['not all seen: closewait doctor'] : [];
  const head = style.strong(formatHead(document, options, doubt));
  if (beside) {
    const notes = takeWhole(blocks, height === null ? room : picture.length);
    return spread([[head], joinColumns(picture, notes), unseen], height);
  }
  return spread([[head], picture, [...unseen, ...takeWhole(blocks, room - unseen.length)]], height);
}

/** Below the picture, rows in which what was not seen would leave no room for anything else. */
const LEAST_ROOM = 6;
const WIDEST_NOTES = 56;

/** What is least needed is left out where the terminal is narrow. */
function formatHead(
  { host, sockets, namespaces }: StatesDocument,
  { aside, width }: StatesPageOptions,
  doubt: readonly string[],
): string {
  const seen = namespaces.filter((namespace) => namespace.counts !== null).length;
  const counted = `${formatCountOf(sockets, 'socket')} in ${formatCountOf(seen, 'namespace')}`;
  const ends = [...doubt, ...(aside === '' ? [] : [aside])];
  const tries = [
    ['TCP states', safeText(host.name), `Linux ${safeText(host.kernel)}`, counted, ...ends],
    ['TCP states', safeText(host.name), counted, ...ends],
    [safeText(host.name), counted, ...ends],
    [counted, ...ends],
    ends,
    ends.slice(-1),
  ].map((parts) => parts.join('   '));
  return tries.find((line) => widthOf(line) <= width) ?? truncate(counted, width);
}

const ABOUT_COLUMNS = 14;

/** Beside the picture a remark hangs below its subject, elsewhere it stands in one line with it. */
function formatRemark({ about, says }: Remark, colour: boolean, width: number): readonly string[] {
  const inks = createInks(colour);
  const subject = (about === 'CLOSE-WAIT' ? inks.alarm : inks.strong)(about);
  return width >= DIAGRAM_COLUMNS
    ? hang(subject, says, ABOUT_COLUMNS, width)
    : [subject, ...hang('  ', says, 2, width)];
}

function joinColumns(picture: readonly string[], notes: readonly string[]): readonly string[] {
  const rows = Math.max(picture.length, notes.length);
  return Array.from({ length: rows }, (_, row) => {
    const note = notes[row] ?? '';
    const left = picture[row] ?? '';
    return note === '' ? left : padEnd(left, DIAGRAM_COLUMNS + GAP_COLUMNS) + note;
  });
}

interface Missing {
  readonly what: string;
  readonly detail: string;
  readonly hint: string | null;
}

function missingOf({ unseen, readers }: StatesDocument): readonly Missing[] {
  const broken = readers.filter(({ ok }) => !ok);
  return [
    ...unseen.map(({ what, detail, hint }) => ({ what, detail, hint })),
    ...broken.map(({ name, detail = 'no reason given', hint = null }) => ({ what: name, detail, hint })),
  ];
}

const NOT_SEEN = 'not seen';

/** What was not seen comes first of what stands below: a count that lacks something must not look whole. */
function formatMissing(missing: readonly Missing[], style: Style, width: number): readonly string[] {
  return missing.flatMap(({ what, detail, hint }) => {
    const next = hint === null ? '' : `; ${safeText(hint)}`;
    return hang(style.warn(NOT_SEEN), `${safeText(what)} (${safeText(detail)})${next}.`, ABOUT_COLUMNS, width);
  });
}

function formatInOneLine(missing: readonly Missing[], style: Style, width: number): readonly string[] {
  if (missing.length === 0) return [];
  const words = missing.map(({ what }) => safeText(what)).join(', ');
  return [padEnd(style.warn(NOT_SEEN), ABOUT_COLUMNS) + truncate(words, width - ABOUT_COLUMNS)];
}

/** As many whole blocks as there are rows for. */
function takeWhole(blocks: readonly (readonly string[])[], rows: number): readonly string[] {
  const taken: string[] = [];
  for (const block of blocks) {
    if (taken.length + block.length > rows) break;
    taken.push(...block);
  }
  return taken;
}

/** The parts with blank lines between them, where there is room for these. */
function spread(parts: readonly (readonly string[])[], height: number | null): readonly string[] {
  const filled = parts.filter((part) => part.length > 0);
  const airy = filled.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
  return height === null || airy.length <= height ? airy : filled.flat().slice(0, height);
}

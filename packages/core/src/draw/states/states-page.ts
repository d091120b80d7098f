import type { StateCounts } from '../../facts/index.ts';
import { createStyle, formatCountOf, hang, padEnd, type Style, safeText, truncate } from '../../report/index.ts';
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
 * picture.
 */
export function formatStates(document: StatesDocument, options: StatesPageOptions): readonly string[] {
  const { width, height } = options;
  const style = createStyle(options.colour);
  const head = truncate(formatHead(document, options.aside), width);
  const isSmall = width < DIAGRAM_COLUMNS || (height !== null && height <= DIAGRAM_ROWS);
  const remarks = writeRemarks(document);
  const picture = isSmall ? listStates(document, options) : drawDiagram(document.counts, options);
  const unseen = formatMissing(document, style, width);
  const beside = !isSmall && width >= WIDE_COLUMNS;
  const notes = formatRemarks(remarks, options, beside ? width - DIAGRAM_COLUMNS - GAP_COLUMNS : width);
  const body = beside ? joinColumns(picture, notes) : picture;
  return fit([style.strong(head), ...body], [...unseen, ...(beside ? [] : notes)], height);
}

function formatHead({ host, sockets, namespaces }: StatesDocument, aside: string): string {
  const seen = namespaces.filter((namespace) => namespace.counts !== null).length;
  const parts = [
    'TCP states',
    safeText(host.name),
    `Linux ${safeText(host.kernel)}`,
    `${formatCountOf(sockets, 'socket')} in ${formatCountOf(seen, 'namespace')}`,
    ...(aside === '' ? [] : [aside]),
  ];
  return parts.join('   ');
}

/** A remark beside the picture hangs below its subject, below the picture it stands in one line with it. */
function formatRemarks(
  remarks: readonly Remark[],
  { colour }: Pick<StatesPageOptions, 'colour'>,
  width: number,
): readonly string[] {
  const inks = createInks(colour);
  const most = Math.max(...remarks.map(({ about }) => about.length));
  return remarks.flatMap(({ about, says }, index) => {
    const isFirst = index === 0;
    const subject = (about === 'CLOSE-WAIT' ? inks.alarm : inks.strong)(about);
    if (width >= DIAGRAM_COLUMNS) return hang(subject, says, most + 2, width);
    return [...(isFirst ? [] : ['']), subject, ...hang('  ', says, 2, width)];
  });
}

function joinColumns(picture: readonly string[], notes: readonly string[]): readonly string[] {
  const rows = Math.max(picture.length, notes.length);
  return Array.from({ length: rows }, (_, row) => {
    const note = notes[row] ?? '';
    const left = picture[row] ?? '';
    return note === '' ? left : padEnd(left, DIAGRAM_COLUMNS + GAP_COLUMNS) + note;
  });
}

/** What was not seen comes first of what stands below: a count that lacks something must not look whole. */
function formatMissing({ unseen, readers }: StatesDocument, style: Style, width: number): readonly string[] {
  const missing = [
    ...unseen.map(({ what, detail, hint }) => ({ what, detail, hint })),
    ...readers
      .filter(({ ok }) => !ok)
      .map(({ name, detail = 'no reason given', hint = null }) => ({ what: name, detail, hint })),
  ];
  return missing.flatMap(({ what, detail, hint }) =>
    hang(
      style.warn('not seen'),
      `${safeText(what)} (${safeText(detail)})${hint === null ? '' : `; ${safeText(hint)}`}.`,
      'not seen'.length + 2,
      width,
    ),
  );
}

/** Blank lines where there is room for them; what does not fit is left out from the end. */
function fit(body: readonly string[], below: readonly string[], height: number | null): readonly string[] {
  const [head = '', ...picture] = body;
  const airy = [head, '', ...picture, ...(below.length === 0 ? [] : ['', ...below])];
  if (height === null || airy.length <= height) return airy;
  const dense = [head, ...picture, ...below];
  return dense.slice(0, height);
}

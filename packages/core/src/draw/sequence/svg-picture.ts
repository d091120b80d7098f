import { safeText, truncate } from '../../report/index.ts';
import { htmlText } from '../html-page.ts';
import type { PictureRow, PictureSide, SequencePicture } from './picture.ts';

/** All lengths in user units; the page scales the whole. */
const WIDTH = 1120;
const X = { left: 360, right: 760 } as const;
const TIME_X = 78;
const ROW = 24;
const HEAD = 58;
const FOOT = 14;
/** Between a lifeline and a program's text. */
const GAP = 16;
/** Of a program's text at 13 units a line: more would reach the edge. */
const PROGRAM_CHARACTERS = 36;
const MIDDLE_CHARACTERS = 42;
/** DejaVu Sans Mono at 13 units: 7.83. */
const CHARACTER = 7.9;

/** Rules for {@link drawPictureSvg}, which uses the colours of `htmlPage`. */
export const PICTURE_STYLE: string = `
.sequence { width: 100%; max-width: ${WIDTH}px; height: auto; display: block; margin: .6rem 0 0; }
.sequence text { font: 13px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); }
.sequence .time, .sequence .gap, .sequence .faint, .sequence .before { fill: var(--faint); font-size: 12px; }
.sequence .head { font-weight: 700; font-size: 14px; } .sequence .lane { fill: var(--faint); font-size: 12px; }
.sequence .life { stroke: var(--line); stroke-width: 2; } .sequence .gapline { stroke: var(--line); stroke-dasharray: 1 5; }
.sequence .stuck { stroke: var(--alarm); stroke-width: 6; stroke-linecap: round; opacity: .85; }
.sequence .arrow { stroke: var(--ink); stroke-width: 1.4; } .sequence .tip { fill: var(--ink); }
.sequence .owed { stroke: var(--warn); stroke-width: 1.6; stroke-dasharray: 6 5; }
.sequence .opentip { fill: var(--paper); stroke: var(--warn); stroke-width: 1.4; }
.sequence .back { fill: var(--paper); } .sequence .tick { fill: var(--paper); stroke: var(--faint); stroke-width: 1.4; }
.sequence .tick.isowed { stroke: var(--warn); stroke-dasharray: 2 2; }
.sequence .pill { fill: var(--good-paper); stroke: var(--good); } .sequence .pill.is-alarm { fill: var(--alarm-paper); stroke: var(--alarm); }
.sequence .pill.is-faint { fill: var(--panel); stroke: var(--line); }
.sequence .strong { font-weight: 700; } .sequence .alarm { fill: var(--alarm); font-weight: 700; }
.sequence .warn { fill: var(--warn); font-weight: 700; } .sequence .good { fill: var(--good); }
`;

/** A sequence as an SVG element for a page with {@link PICTURE_STYLE}; `title` and `description` are read aloud. */
export function drawPictureSvg(picture: SequencePicture, title: string, description: string): string {
  const height = HEAD + picture.rows.length * ROW + FOOT;
  const rows = picture.rows.map((row, index) => drawRow(row, HEAD + (index + 0.5) * ROW));
  return `<svg class="sequence" viewBox="0 0 ${WIDTH} ${height}" role="img" xmlns="http://www.w3.org/2000/svg">
<title>${htmlText(safeText(title))}</title><desc>${htmlText(safeText(description))}</desc>
${drawHeads(picture)}
${(['left', 'right'] as const).map((side) => drawLifeline(picture.rows, side, height)).join('\n')}
${rows.join('\n')}
</svg>`;
}

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', kind: string, content: string): string {
  const kindName = kind === '' || kind === 'plain' ? '' : ` class="${kind}"`;
  return `<text x="${x}" y="${y + 4.5}" text-anchor="${anchor}"${kindName}>${htmlText(safeText(content))}</text>`;
}

function drawHeads({ left, right }: SequencePicture): string {
  return [
    text(TIME_X, 14, 'end', 'lane', 'ms'),
    text(X.left - GAP - 8, 14, 'end', 'head', truncate(left.program, PROGRAM_CHARACTERS - 4)),
    text(X.right + GAP + 8, 14, 'start', 'head', truncate(right.program, PROGRAM_CHARACTERS - 4)),
    text(X.left, 14, 'middle', 'lane', 'TCP'),
    text(X.right, 14, 'middle', 'lane', 'TCP'),
    text(X.left + GAP, 40, 'start', 'before', left.before),
    text(X.right - GAP, 40, 'end', 'before', right.before),
  ].join('');
}

/** The line, and over it a bar as long as this end is where it should not stay. */
function drawLifeline(rows: readonly PictureRow[], side: PictureSide, height: number): string {
  const x = X[side];
  const line = `<line class="life" x1="${x}" y1="26" x2="${x}" y2="${height - 4}"/>`;
  const changes = rows.flatMap((row, index) =>
    row.kind === 'state' && row.side === side ? [{ y: HEAD + (index + 0.5) * ROW, stuck: row.stuck }] : [],
  );
  const bars = changes.map(({ y, stuck }, index) => {
    const end = changes[index + 1]?.y ?? height - 8;
    return stuck ? `<line class="stuck" x1="${x}" y1="${y}" x2="${x}" y2="${end}"/>` : '';
  });
  return line + bars.join('');
}

function drawRow(row: PictureRow, y: number): string {
  const time = row.atMs === null ? '' : text(TIME_X, y, 'end', 'time', row.atMs.toFixed(3));
  if (row.kind === 'gap') return time + drawGap(row.text, y);
  if (row.kind === 'arrow') return time + drawArrow(row, y);
  if (row.kind === 'state') return time + drawState(row, y);
  return time + drawCall(row, y);
}

function drawGap(words: string, y: number): string {
  const middle = (X.left + X.right) / 2;
  return text(middle, y, 'middle', 'gap', `… ${truncate(words, MIDDLE_CHARACTERS)} …`);
}

function drawArrow({ from, owed, text: words, tone }: PictureRow & { readonly kind: 'arrow' }, y: number): string {
  const [start, end] = from === 'left' ? [X.left, X.right] : [X.right, X.left];
  const back = from === 'left' ? -1 : 1;
  const tip = `${end},${y} ${end + back * 11},${y - 5} ${end + back * 11},${y + 5}`;
  const label = truncate(words, MIDDLE_CHARACTERS);
  const width = label.length * CHARACTER + 12;
  const middle = (X.left + X.right) / 2;
  return (
    `<line class="${owed ? 'owed' : 'arrow'}" x1="${start}" y1="${y}" x2="${end + back * 10}" y2="${y}"/>` +
    `<polygon class="${owed ? 'opentip' : 'tip'}" points="${tip}"/>` +
    `<rect class="back" x="${middle - width / 2}" y="${y - 9}" width="${width}" height="18"/>` +
    text(middle, y, 'middle', tone, label)
  );
}

function drawState({ side, text: words, tone }: PictureRow & { readonly kind: 'state' }, y: number): string {
  const label = truncate(words, MIDDLE_CHARACTERS);
  const width = label.length * CHARACTER + 16;
  const x = side === 'left' ? X.left + GAP - 6 : X.right - GAP + 6 - width;
  const pill = `pill${tone === 'alarm' || tone === 'faint' ? ` is-${tone}` : ''}`;
  return (
    `<rect class="${pill}" x="${x}" y="${y - 10}" width="${width}" height="20" rx="10"/>` +
    text(x + width / 2, y, 'middle', tone, label)
  );
}

function drawCall({ side, owed, text: words, tone }: PictureRow & { readonly kind: 'call' }, y: number): string {
  const label = truncate(words, PROGRAM_CHARACTERS);
  const tick = `<circle class="tick${owed ? ' isowed' : ''}" cx="${X[side]}" cy="${y}" r="4.2"/>`;
  return side === 'left'
    ? tick + text(X.left - GAP, y, 'end', tone, label)
    : tick + text(X.right + GAP, y, 'start', tone, label);
}

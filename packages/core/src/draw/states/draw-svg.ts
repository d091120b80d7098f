import type { StateCounts } from '../../facts/index.ts';
import { formatCount, safeText } from '../../report/index.ts';
import { closingRole, type TcpState } from '../../tcp/index.ts';
import { htmlText } from '../html-page.ts';
import type { Point } from './canvas.ts';
import { stateArrows } from './state-arrows.ts';
import type { StatesDocument } from './states-document.ts';
import {
  SVG_ARROWS,
  SVG_BOXES,
  SVG_END,
  SVG_HEIGHT,
  SVG_REGIONS,
  SVG_WIDTH,
  type SvgArrow,
  type SvgBox,
} from './svg-layout.ts';
import { SVG_STYLE } from './svg-style.ts';

/**
 * RFC 9293 figure 5 as one self-contained SVG, light or dark as its reader prefers; with counts where a document is
 * given.
 */
export function drawStatesSvg(document: StatesDocument | null): string {
  const counts = document?.counts ?? null;
  const parts = [
    `<rect class="paper" width="${SVG_WIDTH}" height="${SVG_HEIGHT}" rx="16"/>`,
    drawHead(document),
    ...SVG_REGIONS.map(drawRegion),
    ...SVG_ARROWS.toSorted((a, b) => Number(isInFigure(a)) - Number(isInFigure(b))).map(drawLine),
    ...SVG_BOXES.map((box) => drawBox(box, counts)),
    drawBox(SVG_END, null),
    ...SVG_ARROWS.map(drawLabel),
    drawLegend(),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SVG_WIDTH} ${SVG_HEIGHT}" width="${SVG_WIDTH}" height="${SVG_HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">The states of a TCP connection</title>
<desc id="description">${htmlText(describe(document))}</desc>
<style>
${SVG_STYLE}
</style>
<defs>
${(['neither', 'active', 'passive'] as const).map(drawHeadMarker).join('\n')}
</defs>
${parts.join('\n')}
</svg>
`;
}

/** What a reader who cannot see the picture is told. */
function describe(document: StatesDocument | null): string {
  const arrows = stateArrows().map(({ from, to, events }) => `${from} to ${to} on ${events.join(' or ')}`);
  const counted =
    document === null ? '' : ` ${SVG_BOXES.flatMap(({ state }) => countOf(state, document.counts)).join(', ')}.`;
  return `State diagram of RFC 9293, figure 5.${counted} Transitions: ${arrows.join('; ')}.`;
}

function countOf(state: TcpState, counts: StateCounts): readonly string[] {
  return state === 'CLOSED' ? [] : [`${state} ${formatCount(counts[state])}`];
}

function drawHead(document: StatesDocument | null): string {
  const says =
    document === null
      ? 'RFC 9293, figure 5; on Linux'
      : `${safeText(document.host.name)}, Linux ${safeText(document.host.kernel)}, ${document.takenAt.slice(0, 19).replace('T', ' ')} UTC, ${formatCount(document.sockets)} sockets${document.unseen.length === 0 ? '' : ' seen, not all'}`;
  return `<text class="headline" x="40" y="50">The states of a TCP connection</text>\n<text class="says end" x="${SVG_WIDTH - 40}" y="50">${htmlText(says)}</text>`;
}

function drawHeadMarker(side: 'neither' | 'active' | 'passive'): string {
  return `<marker id="head-${side}" class="head ${side}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8 10 5 0 9.2z"/></marker>`;
}

function drawRegion({ side, at: [x, y], width, height, title, says }: (typeof SVG_REGIONS)[number]): string {
  return `<rect class="region ${side}" x="${x}" y="${y}" width="${width}" height="${height}" rx="14"/>\n<text class="caption ${side}" x="${x + 20}" y="${y + height - 34}">${title}</text>\n<text class="says" x="${x + 20}" y="${y + height - 15}">${says}</text>`;
}

function drawBox({ state, at: [x, y], width, height }: SvgBox, counts: StateCounts | null): string {
  const count = counts === null || state === 'CLOSED' ? null : counts[state];
  const middle = x + width / 2;
  const classes = ['state', sideOf(state) ?? 'neither', ...(state === 'CLOSE-WAIT' ? ['owed'] : [])].join(' ');
  const name = `<text class="name" x="${middle}" y="${y + (count === null ? height / 2 + 5.5 : 24)}">${state}</text>`;
  const badge = count === null ? '' : `\n${drawBadge(count, middle, y + 32)}`;
  return `<g class="${classes}">\n<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${state === 'CLOSED' ? height / 2 : 10}"/>\n${name}${badge}\n</g>`;
}

/** Digits are about as wide as this in 13 pixels of every common font. */
const DIGIT_PIXELS = 8;

function drawBadge(count: number, middle: number, y: number): string {
  const text = formatCount(count);
  const width = Math.max(28, text.length * DIGIT_PIXELS + 16);
  return `<g class="badge${count === 0 ? ' none' : ''}"><rect x="${middle - width / 2}" y="${y}" width="${width}" height="19" rx="9.5"/><text x="${middle}" y="${y + 14}">${text}</text></g>`;
}

function drawLine(arrow: SvgArrow): string {
  const side = sideOf(arrow.to) ?? sideOf(arrow.from) ?? 'neither';
  const path = roundPath(arrow.line);
  const dashed = isInFigure(arrow) ? '' : ' dashed';
  const bridges = dashed === '' ? bridgesOf(arrow).map((bridge) => `<path class="bridge" d="${bridge}"/>`) : [];
  return `${bridges.join('')}<path class="line ${side}${dashed}" d="${path}" marker-end="url(#head-${side})"/>`;
}

const BRIDGE_PIXELS = 6;

/** Where an upright piece crosses a level dashed one, the dashed one is interrupted: the pieces to clear. */
function bridgesOf({ line }: SvgArrow): readonly string[] {
  const dashed = SVG_ARROWS.filter((arrow) => !isInFigure(arrow)).flatMap((arrow) => piecesOf(arrow.line));
  return piecesOf(line).flatMap(([[x, top], [toX, bottom]]) =>
    dashed.flatMap(([[left, y], [right, toY]]) => {
      const crosses = x === toX && y === toY && isBetween(x, left, right) && isBetween(y, top, bottom);
      return crosses ? [`M${x} ${y - BRIDGE_PIXELS}V${y + BRIDGE_PIXELS}`] : [];
    }),
  );
}

function piecesOf(points: readonly Point[]): readonly (readonly [Point, Point])[] {
  return points.slice(1).flatMap((point, index) => {
    const before = points[index];
    return before === undefined ? [] : [[before, point] as const];
  });
}

function isBetween(value: number, a: number, b: number): boolean {
  return Math.min(a, b) < value && value < Math.max(a, b);
}

const LINE_PIXELS = 17;

function drawLabel({
  label: {
    at: [x, y],
    anchor,
    lines,
  },
}: SvgArrow): string {
  return lines
    .map((line, index) => {
      // A line that is left out is where the arrow runs.
      const top = y + index * LINE_PIXELS - (lines[1] === '' && index > 1 ? 8 : 0);
      return line === '' ? '' : `<text class="label ${anchor}" x="${x}" y="${top}">${drawWords(line)}</text>`;
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** What is sent stands back behind what makes it be sent. */
function drawWords(line: string): string {
  const sent = line.indexOf('snd ');
  if (sent < 0) return line;
  return `${line.slice(0, sent)}<tspan class="muted">${line.slice(sent)}</tspan>`;
}

const LEGEND: readonly string[] = [
  'Dashed: in the text of RFC 9293, not in its figure.',
  'ABORT, RST and timeouts of the user lead from every state to CLOSED.',
];
const LINUX: readonly string[] = [
  'On Linux LISTEN never moves: SYN-RECEIVED are request sockets beside it. TIME-WAIT, and FIN-WAIT-2 once its program has',
  'closed, are no sockets of a process: the kernel ends them alone. Nothing but its program ends CLOSE-WAIT in order.',
];

function drawLegend(): string {
  const left = LEGEND.map((line, index) => `<text class="says" x="40" y="${771 + index * LINE_PIXELS}">${line}</text>`);
  const below = LINUX.map((line, index) => `<text class="says" x="40" y="${826 + index * LINE_PIXELS}">${line}</text>`);
  return [...left, ...below].join('\n');
}

function sideOf(state: TcpState): 'active' | 'passive' | null {
  const role = closingRole(state);
  return role === 'neither' ? null : role === 'passive' ? 'passive' : 'active';
}

function isInFigure({ from, to }: SvgArrow): boolean {
  return stateArrows().some((arrow) => arrow.from === from && arrow.to === to && arrow.inFigure);
}

const CORNER_PIXELS = 10;

/** Straight pieces, with the corners rounded off. */
function roundPath(points: readonly Point[]): string {
  const pieces = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined) return `M${point.join(' ')}`;
    if (after === undefined) return `L${point.join(' ')}`;
    return `L${towards(point, before).join(' ')}Q${point.join(' ')} ${towards(point, after).join(' ')}`;
  });
  return pieces.join('');
}

function towards([x, y]: Point, [toX, toY]: Point): Point {
  return [x + Math.sign(toX - x) * CORNER_PIXELS, y + Math.sign(toY - y) * CORNER_PIXELS];
}

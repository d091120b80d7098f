import { htmlText } from '@closewait/core/draw';
import { FEW } from '../../../bench/names.ts';
import type { BenchResults } from '../../../bench/results-schema.ts';
import { duration } from './duration.ts';
import { linesOf, type SpeedLine, type SpeedPoint } from './lines-of.ts';
import { decades, logScale, roundDown, roundUp, spreadOut } from './scale.ts';
import { PLOT_STYLE } from './style.ts';

const WIDTH = 960;
const HEIGHT = 560;
const [LEFT, RIGHT, TOP, BOTTOM] = [84, 656, 96, 488];
/** No connections have no logarithm: they stand apart, left of the axis's first value. */
const LOG_LEFT = 168;
const LABEL_LEFT = 690;
const LABEL_PIXELS = 21;

interface Axes {
  readonly x: (sockets: number) => number;
  readonly y: (wallMs: number) => number;
}

/** Wall time against connections, both logarithmic, as one self-contained SVG: light or dark as its reader prefers. */
export function drawSpeed(results: Pick<BenchResults, 'series' | 'machine'>): string {
  const lines = linesOf(results);
  const points = lines.flatMap((line) => line.points);
  const counts = [...new Set(points.map(({ sockets }) => sockets))].filter((sockets) => sockets > 0);
  const times = points.map(({ wallMs }) => wallMs);
  const [lowest, highest] = [roundDown(Math.min(...times)), roundUp(Math.max(...times))];
  const [least, most] = [Math.min(FEW, ...counts), Math.max(10 * FEW, ...counts)];
  const log = logScale([least, most], [LOG_LEFT, RIGHT]);
  const axes: Axes = {
    x: (sockets) => (sockets === 0 ? LEFT + 24 : log(sockets)),
    y: logScale([lowest, highest], [BOTTOM, TOP]),
  };
  const places = spreadOut(
    lines.map((line) => axes.y(line.points.at(-1)?.wallMs ?? lowest)),
    LABEL_PIXELS,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">How long one look takes, by connections in CLOSE-WAIT</title>
<desc id="description">${htmlText(describe(lines))}</desc>
<style>
${PLOT_STYLE}
</style>
${[
  `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="16"/>`,
  `<text class="headline" x="40" y="46">How long one look takes</text>`,
  `<text class="says" x="40" y="70">Whole process from start to end, median; both axes logarithmic. ${htmlText(machineWords(results.machine))}</text>`,
  ...decades(lowest, highest).map((wallMs) => drawTime(wallMs, axes)),
  ...[0, ...decades(least, most), most].map((sockets) => drawCount(sockets, axes)),
  `<path class="axis" d="M${LEFT} ${BOTTOM}H${LEFT + 48}M${LOG_LEFT - 20} ${BOTTOM}H${RIGHT}"/>`,
  `<text class="says middle" x="${(LOG_LEFT + RIGHT) / 2}" y="${BOTTOM + 50}">connections in CLOSE-WAIT</text>`,
  `<text class="says" x="${LABEL_LEFT}" y="${TOP - 8}">with ${most.toLocaleString('en')}</text>`,
  ...lines.map((line, index) => drawLine(line, axes, places[index] ?? 0)),
].join('\n')}
</svg>
`;
}

function drawTime(wallMs: number, { y }: Axes): string {
  const at = rounded(y(wallMs));
  return `<path class="grid" d="M${LEFT} ${at}H${RIGHT}"/>\n<text class="tick end" x="${LEFT - 12}" y="${at + 5}">${duration(wallMs)}</text>`;
}

function drawCount(sockets: number, { x }: Axes): string {
  const at = rounded(x(sockets));
  return `<path class="grid" d="M${at} ${TOP}V${BOTTOM}"/>\n<text class="tick middle" x="${at}" y="${BOTTOM + 24}">${sockets.toLocaleString('en')}</text>`;
}

function drawLine(line: SpeedLine, { x, y }: Axes, labelAt: number): string {
  const places = line.points.map((point) => ({
    point,
    at: [rounded(x(point.sockets)), rounded(y(point.wallMs))] as const,
  }));
  const apart = places.filter(({ point }) => point.sockets === 0);
  const joined = places.filter(({ point }) => point.sockets > 0);
  const path = joined.map(({ at }, index) => `${index === 0 ? 'M' : 'L'}${at.join(' ')}`).join('');
  const last = places.at(-1);
  const end = last?.at ?? [RIGHT, BOTTOM];
  const label = rounded(labelAt);
  const group = [line.kind, ...(line.kind === 'other' ? [] : [line.label.includes(' ls') ? 'list' : 'quick'])];
  return `<g class="${group.join(' ')}">
<path class="line" d="${path}"/>
${[...apart, ...joined].map(({ point, at }) => drawPoint(point, at, line.kind)).join('')}
<path class="leader" d="M${end[0] + 8} ${end[1]}L${LABEL_LEFT - 6} ${label}"/>
<text class="label" x="${LABEL_LEFT}" y="${label + 5}">${htmlText(line.label)} <tspan class="value" dx="4">${last === undefined ? '' : value(last.point)}</tspan></text>
</g>`;
}

/** Above its time limit: an arrow that points on. */
function drawPoint({ isOver }: SpeedPoint, [x, y]: readonly [number, number], kind: SpeedLine['kind']): string {
  if (isOver) return `<path class="over" d="M${x - 7} ${y + 5}L${x} ${y - 8}L${x + 7} ${y + 5}z"/>`;
  return `<circle cx="${x}" cy="${y}" r="${kind === 'own' ? 4.5 : 3.5}"/>`;
}

/** What a reader who cannot see the picture is told. */
function describe(lines: readonly SpeedLine[]): string {
  return lines
    .map(({ label, points }) => {
      const said = points.map((point) => `${value(point)} with ${point.sockets.toLocaleString('en')}`);
      return `${label}: ${said.join(', ')}.`;
    })
    .join(' ');
}

function value({ wallMs, isOver }: SpeedPoint): string {
  return `${isOver ? 'over ' : ''}${duration(wallMs)}`;
}

/** `linux-6.18-x64-2cpu` as words. */
function machineWords(machine: string): string {
  const [, kernel, architecture, cores] = /^linux-([\d.]+)-(\w+)-(\d+)cpu$/.exec(machine) ?? [];
  return kernel === undefined ? `${machine}.` : `Linux ${kernel}, ${architecture}, ${cores} cores.`;
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleStateCount } from '../../../../../test/support/sample-counts.ts';
import { buildStates } from './build-states.ts';
import { drawStatesSvg } from './draw-svg.ts';
import { SVG_ARROWS, SVG_BOXES, SVG_HEIGHT, SVG_WIDTH } from './svg-layout.ts';

const IMAGE = join(import.meta.dirname, '../../../../../docs/images/tcp-states.svg');

interface Area {
  readonly what: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** 13 pixels of a common font: 7.4 a letter is more than they take. */
const LETTER = 7.4;

/** Where each label stands in the picture. */
const LABELS: readonly Area[] = [
  ...drawStatesSvg(null).matchAll(/<text class="label (\w+)" x="(\d+)" y="(\d+)">(.*?)<\/text>/g),
].map(([, anchor, x, y, markup = '']) => {
  const what = markup.replaceAll(/<[^>]+>/g, '');
  const width = what.length * LETTER;
  const left = Number(x) - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2);
  return { what, left, top: Number(y) - 11, right: left + width, bottom: Number(y) + 3 };
});

const BOXES: readonly Area[] = SVG_BOXES.map(({ state, at: [left, top], width, height }) => {
  return { what: state, left, top, right: left + width, bottom: top + height };
});

const PIECES: readonly Area[] = SVG_ARROWS.flatMap(({ from, to, line }) =>
  line.slice(1).map(([x, y], index) => {
    const [fromX = 0, fromY = 0] = line[index] ?? [];
    const [left, right] = [Math.min(x, fromX), Math.max(x, fromX)];
    return { what: `${from} > ${to}`, left, right, top: Math.min(y, fromY), bottom: Math.max(y, fromY) };
  }),
);

const meet = (a: Area, b: Area): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

describe('drawStatesSvg', () => {
  it('draws what the documentation shows', async () => {
    await expect(drawStatesSvg(null)).toMatchFileSnapshot(IMAGE);
  });

  it('covers no label: not with a state, a line or another label', () => {
    expect(LABELS.length).toBeGreaterThan(25);
    const covered = LABELS.flatMap((label) =>
      [...BOXES, ...PIECES, ...LABELS]
        .filter((other) => other !== label && meet(label, other))
        .map((other) => `${label.what} / ${other.what}`),
    );
    expect(covered).toEqual([]);
    const outside = LABELS.filter(({ left, right, bottom }) => left < 0 || right > SVG_WIDTH || bottom > SVG_HEIGHT);
    expect(outside).toEqual([]);
  });

  it('is well-formed, and needs nothing that would have to be fetched', () => {
    for (const svg of [drawStatesSvg(null), drawStatesSvg(buildStates(sampleStateCount()))]) {
      expect(unbalanced(svg)).toEqual([]);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
        /https?:|<script|href=|@import|url\((?!#)/,
      );
      const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
    }
  });

  it('tells who cannot see it every state, count and transition', () => {
    const [, told = ''] =
      /<desc id="description">(.*)<\/desc>/.exec(drawStatesSvg(buildStates(sampleStateCount()))) ?? [];
    expect(told).toContain('CLOSE-WAIT 1,204');
    expect(told).toContain('CLOSE-WAIT to LAST-ACK on CLOSE');
    expect(told.match(/ to [A-Z12-]+ on /g)).toHaveLength(SVG_ARROWS.length);
  });

  it('takes a host name for text, whatever it is', () => {
    const facts = sampleStateCount();
    const hostile = { ...facts, host: { ...facts.host, name: '</text><script>alert(1)</script>' } };
    const svg = drawStatesSvg(buildStates(hostile));
    expect(svg).not.toContain('<script');
    expect(unbalanced(svg)).toEqual([]);
  });

  it('says where not all was seen', () => {
    expect(drawStatesSvg(buildStates(sampleStateCount()))).toContain('sockets seen, not all');
    expect(drawStatesSvg(buildStates(sampleStateCount({ unseen: [] })))).not.toContain('not all');
  });
});

/** Tags that are not closed in order, attributes without quotes and bare ampersands. */
function unbalanced(xml: string): readonly string[] {
  const problems: string[] = [];
  const open: string[] = [];
  for (const [tag, closing, name = '', attributes = '', empty] of xml.matchAll(/<(\/?)([\w-]*)([^<>]*?)(\/?)>/g)) {
    if (!/^(?: [\w:-]+="[^"<&]*")*$/.test(attributes)) problems.push(tag);
    if (closing === '/') {
      if (open.pop() !== name) problems.push(tag);
    } else if (empty === '') open.push(name);
  }
  if (/&(?!amp;|lt;|gt;|quot;|#39;)/.test(xml)) problems.push('&');
  return [...problems, ...open];
}

import { describe, expect, it } from 'vitest';
import { sampleResults } from '../../../bench/sample-results.ts';
import { drawSpeed } from './draw-speed.ts';

const SVG = drawSpeed(sampleResults());
/** 14 pixels of a common bold font: more than a letter takes. */
const LETTER_PIXELS = 8.4;

describe('the plot of speed', () => {
  it('draws each tool with all its points, and an arrow where it took too long', () => {
    expect(SVG.match(/<path class="line"/g)).toHaveLength(8);
    expect(SVG.match(/<circle/g)).toHaveLength(8 * 7 - 1);
    expect(SVG.match(/<path class="over"/g)).toHaveLength(1);
  });

  it('keeps every mark and every label inside of the picture', () => {
    for (const [, x, y] of SVG.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThanOrEqual(656);
      expect(Number(y)).toBeGreaterThanOrEqual(96);
      expect(Number(y)).toBeLessThanOrEqual(488);
    }
    const labels = [...SVG.matchAll(/<text class="label" x="(\d+)" y="([\d.]+)">(.*?)<\/text>/g)];
    expect(labels).toHaveLength(8);
    for (const [, x, , markup = ''] of labels) {
      expect(Number(x) + markup.replaceAll(/<[^>]+>/g, '').length * LETTER_PIXELS).toBeLessThan(960);
    }
  });

  it('tells the same in words', () => {
    expect(SVG).toMatch(/<desc id="description">.*netstat -tanp: 15 ms with 0, .* over 60 s with 300,000\./);
    expect(SVG).toContain('Linux 6.18, x64, 2 cores.');
  });

  it('needs nothing from elsewhere, and has colours for the dark', () => {
    expect(SVG.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|@import|url\(|<script|<image/);
    expect(SVG).toContain('prefers-color-scheme: dark');
  });

  it('leaves out a tool that was not on the machine', () => {
    const { series, machine } = sampleResults();
    const without = series.map((one) => ({ ...one, runs: one.runs.filter(({ tool }) => tool !== 'netstat -tanp') }));
    const svg = drawSpeed({ machine, series: without });
    expect(svg).not.toContain('netstat');
    expect(svg.match(/<path class="line"/g)).toHaveLength(7);
  });

  it('draws a run of two scenes too', () => {
    const { series, machine } = sampleResults();
    const svg = drawSpeed({ machine, series: series.filter(({ sockets }) => [0, 95_000].includes(sockets)) });
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain('>95,000</text>');
  });
});

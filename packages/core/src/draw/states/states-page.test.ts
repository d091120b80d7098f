import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SAMPLE_COUNTS_BEFORE, sampleStateCount } from '../../../../../test/support/sample-counts.ts';
import type { StateCountFacts } from '../../facts/index.ts';
import { widthOf } from '../../report/index.ts';
import { buildStates } from './build-states.ts';
import { formatExplainedState } from './explain-page.ts';
import { formatStates, type StatesPageOptions } from './states-page.ts';

const GOLDENS = join(import.meta.dirname, '../../../../../fixtures/states');

function page(options: Partial<StatesPageOptions>, facts: Partial<StateCountFacts> = {}): readonly string[] {
  return formatStates(buildStates(sampleStateCount({ detail: null, ...facts })), {
    colour: false,
    unicode: true,
    width: 80,
    height: null,
    before: null,
    aside: '',
    ...options,
  });
}

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
const withoutColour = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, '');

describe('formatStates', () => {
  it.each([60, 80, 100, 120])('in %i columns, with lines and with ASCII alone', async (width) => {
    for (const unicode of [true, false]) {
      const lines = page({ width, unicode, before: SAMPLE_COUNTS_BEFORE });
      await expect(textOf(lines)).toMatchFileSnapshot(`${GOLDENS}/${width}-${unicode ? 'utf8' : 'ascii'}.txt`);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('writes nothing but ASCII where the terminal has no more', () => {
    for (const width of [60, 80, 120]) expect(textOf(page({ width, unicode: false }))).toMatch(/^[ -~\n]*$/);
  });

  it.each([60, 80, 120])('says the same with and without colour in %i columns', (width) => {
    const painted = textOf(page({ width, colour: true, before: SAMPLE_COUNTS_BEFORE }));
    expect(painted).toContain('\u001b[');
    expect(withoutColour(painted)).toBe(textOf(page({ width, before: SAMPLE_COUNTS_BEFORE })));
  });

  it('fits into the rows that there are, from the smallest terminal on', () => {
    for (let height = 1; height <= 45; height += 1) {
      for (const width of [32, 40, 79, 80, 115, 116, 200]) {
        const lines = page({ width, height, aside: 'q quits', before: SAMPLE_COUNTS_BEFORE });
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('draws the whole figure in 24 rows, and says what was not seen', () => {
    const lines = page({ height: 24 });
    expect(lines).toHaveLength(24);
    expect(lines.at(-1)).toBe('not seen      sockets of namespace /run/netns/blue');
    expect(lines.join('\n')).toContain('PASSIVE CLOSE');
  });

  it('says in the first line that not all was seen where no other one is left', () => {
    const lines = page({ height: 23 });
    expect(lines).toHaveLength(23);
    expect(lines[0]).toContain('not all seen: closewait doctor');
    expect(page({ height: 23 }, { unseen: [] })[0]).not.toContain('not all seen');
    expect(page({ height: 24 })[0]).not.toContain('not all seen');
  });

  it('keeps how to leave on the first line, however narrow', () => {
    for (const width of [20, 40, 60, 80]) expect(page({ width, height: 24, aside: 'q quits' })[0]).toContain('q quits');
  });

  it('does not say that nobody owes a close where not all was seen', () => {
    const facts = sampleStateCount();
    const counts = { ...facts.counts, 'CLOSE-WAIT': 0 };
    expect(page({}, { counts }).join('\n')).toContain('None in what was seen.');
    expect(page({}, { counts, unseen: [] }).join('\n')).toContain('None: no program owes a close.');
  });

  it('escapes what a host calls itself', () => {
    const facts = sampleStateCount();
    const host = { ...facts.host, name: '\u001b[2Jx' };
    expect(page({}, { host })[0]).toContain('\\x1b[2Jx');
  });
});

describe('formatExplainedState', () => {
  it.each([80, 120])('in %i columns', async (width) => {
    const document = buildStates(sampleStateCount());
    const { explained } = document;
    if (explained === null) throw new Error('no state explained');
    const lines = formatExplainedState({ ...document, explained }, { colour: false, width });
    await expect(textOf(lines)).toMatchFileSnapshot(`${GOLDENS}/close-wait-${width}.txt`);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });
});

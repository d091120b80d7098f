import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, cut, fit } from './cells.ts';
import { drawSparkline } from './sparkline.ts';
import { follow, movedBy, moveTo, scrolledBy } from './window.ts';

const size = fc.integer({ min: 1, max: 80 });
const total = fc.integer({ min: 0, max: 100_000 });
const anywhere = fc.integer({ min: -10, max: 100_010 });
const KEYS = ['up', 'down', 'pageup', 'pagedown', 'home', 'end', 'j', 'k', 'g', 'G', ' '];

describe('the window of a list', () => {
  it('has the cursor in it, lies inside of the list and is full where the list is long enough', () => {
    fc.assert(
      fc.property(anywhere, anywhere, total, size, (to, top, count, height) => {
        const window = moveTo(to, { cursor: 0, top }, count, height);
        expect(window.cursor).toBeGreaterThanOrEqual(window.top);
        expect(window.cursor).toBeLessThan(window.top + height);
        expect(window.cursor).toBeLessThanOrEqual(Math.max(0, count - 1));
        expect(window.top).toBeGreaterThanOrEqual(0);
        expect(window.top).toBeLessThanOrEqual(Math.max(0, count - height));
      }),
    );
  });

  it('keeps an entry that moved in its list where it is on the screen, away from both ends', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), size, (from, by, height) => {
        const count = 4000;
        const window = moveTo(1000 + from, { cursor: 0, top: 0 }, count, height);
        const moved = follow(1000 + from + by, window, count, height);
        expect(moved.cursor - moved.top).toBe(window.cursor - window.top);
      }),
    );
  });

  it('goes from one end to the other and back with every kind of key', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KEYS)), fc.integer({ min: 1, max: 500 }), size, (keys, count, height) => {
        let window = { cursor: 0, top: 0 };
        for (const key of [...keys, 'end', 'home']) {
          window = moveTo(movedBy(key, window, count, height) ?? 0, window, count, height);
        }
        expect(window).toEqual({ cursor: 0, top: 0 });
      }),
    );
  });

  it('never scrolls a text beyond its last page', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), anywhere, total, size, (key, top, lines, height) => {
        const to = scrolledBy(key, top, lines, height) ?? -1;
        expect(to).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(Math.max(0, lines - height));
      }),
    );
  });
});

describe('a sparkline', () => {
  it('has as many columns as asked for, the highest value highest and the lowest lowest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000)),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        (values, columns, unicode) => {
          const line = drawSparkline(values, { columns, unicode });
          expect(line).toHaveLength(columns);
          const shown = columns === 0 ? [] : values.slice(-columns);
          const levels = [...line.trimStart()].map((block) => (unicode ? '▁▂▃▄▅▆▇█' : '_.-~=+*#').indexOf(block));
          expect(levels).toHaveLength(shown.length);
          for (const [index, value] of shown.entries()) {
            for (const [other, than] of shown.entries()) {
              if (value >= than) expect(levels[index]).toBeGreaterThanOrEqual(levels[other] ?? 0);
            }
          }
          if (shown.length > 0) expect(Math.min(...levels)).toBe(0);
        },
      ),
    );
  });

  it('draws one connection more as one step, and growth over its whole height', () => {
    expect(drawSparkline([10, 10, 11], { columns: 4, unicode: true })).toBe(' ▁▁▂');
    expect(drawSparkline([0, 500, 1000], { columns: 3, unicode: true })).toBe('▁▅█');
    expect(drawSparkline([0, 500, 1000], { columns: 3, unicode: false })).toBe('_=#');
  });
});

describe('a text that is fitted into cells', () => {
  it('has exactly as many, whatever it is made of', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', 'e\u0301', '漢', '🧑‍💻', 'ｱ', ' ', '…') });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom('left' as const, 'right' as const),
        (some, columns, align) => {
          expect(cellsOf(cut(some, columns))).toBeLessThanOrEqual(columns);
          expect(cellsOf(fit(some, columns, align))).toBe(columns);
        },
      ),
    );
  });

  it('is cut before a character that does not fit, with an ellipsis', () => {
    expect(cut('漢字漢字', 6)).toBe('漢字…');
    expect(fit('漢字漢字', 4)).toBe('漢… ');
    expect(cut('plain', 5)).toBe('plain');
    expect(cut('anything', 0)).toBe('');
  });
});

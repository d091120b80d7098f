import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../../docs');
const PAGES = [
  ...readdirSync(DOCS).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(DOCS, 'causes')).map((name) => `causes/${name}`),
];

/** Measured parts are written from files and checked; code, pictures among it, is held by tests of its own. */
const CHECKED = /<!-- measured: [^]*?<!-- end of measured -->|^```[^]*?^```$|`[^`\n]*`/gm;
const FIGURE = /\b\d[\d,.]* ?(?:ns|µs|ms|ticks|kB|MB|GB|packets a second)(?![\w/])/g;

/** What is chosen in the code, or fixed in the kernel, and not measured. */
const CHOSEN: Readonly<Record<string, readonly string[]>> = {
  // lab/remedies: how often it looks, and how long a spinning program rests.
  'remedies.md': ['40 ms', '5 ms'],
  // experiment/trace: what is folded; TCP_DELACK_MIN of net/tcp.h.
  'sequences.md': ['10 ms', '40 ms'],
  // cli/watch: how often it reads, how large the buffers may grow; core/events: the first bar.
  'watch.md': ['10 µs', '100 ms', '256 MB'],
};

describe('figures in the documentation', () => {
  it('is looked for on pages that exist', () => {
    expect(PAGES.length).toBeGreaterThan(20);
    expect(Object.keys(CHOSEN).filter((page) => !PAGES.includes(page))).toEqual([]);
  });

  it.each(PAGES)('%s: a measured quantity comes from a file of docs/measured', (page) => {
    const prose = readFileSync(join(DOCS, page), 'utf8').replaceAll(CHECKED, '');
    const figures = [...prose.matchAll(FIGURE)].map(([figure]) => figure);
    expect(figures.filter((figure) => CHOSEN[page]?.includes(figure) !== true)).toEqual([]);
  });
});

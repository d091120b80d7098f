import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { removeStyle } from './style.ts';
import { formatPage } from './text-page.ts';

const PAGE = `# some-cause

**A sentence that is strong** and [a link](https://example.org/1) and [a page](other.md).

## How it looks
Prose with \`code that stays\` together,
over two lines.

- first point,
  continued
- second

1. step

\`\`\`
 peer      kernel
   |-- FIN -->|
\`\`\`

| what | comes to |
|---|---|
| \`ss -K\` | gone |
| a \\| b | stays |
`;

const PAGES = new URL('../../../../docs/causes/', import.meta.url);

describe('formatPage', () => {
  it('renders what the documentation uses of Markdown', () => {
    expect(formatPage(PAGE, { colour: false, width: 44 })).toMatchInlineSnapshot(`
      "some-cause

        A sentence that is strong and a link
        <https://example.org/1> and a page.

      How it looks
        Prose with code that stays together, over
        two lines.

        - first point, continued
        - second
        1. step

           peer      kernel
             |-- FIN -->|

        what   comes to
        ss -K  gone
        a | b  stays
      "
    `);
  });

  it('writes a row under its first cell where a table does not fit', () => {
    const table = '| a long first cell of a row | b |\n|---|---|\n| another long first cell | text |\n';
    expect(formatPage(table, { colour: false, width: 40 })).toMatchInlineSnapshot(`
      "  another long first cell
          b: text
      "
    `);
  });

  it('differs in colour by nothing but colour', () => {
    const coloured = formatPage(PAGE, { colour: true, width: 80 });
    expect(coloured).toContain('\u001b[1msome-cause\u001b[0m');
    expect(removeStyle(coloured)).toBe(formatPage(PAGE, { colour: false, width: 80 }));
  });

  it.each(
    readdirSync(PAGES),
  )('prints %s without a mark of Markdown, in 80 columns but for pictures and commands', (file) => {
    const text = formatPage(readFileSync(new URL(file, PAGES), 'utf8'), { colour: false, width: 80 });
    const prose = text.split('\n').filter((line) => !line.startsWith('    '));
    expect(prose.filter((line) => /\*\*|^#|^\||```|\]\(/.test(line))).toEqual([]);
    expect(text).not.toContain('\u00a0');
  });
});

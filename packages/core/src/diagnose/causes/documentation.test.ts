import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../facts/index.ts';

const PAGES = new URL('../../../../../docs/causes/', import.meta.url);

describe('docs/causes', () => {
  it('has a page for every cause and no other', () => {
    const pages = readdirSync(PAGES).filter((file) => file !== 'README.md');
    expect(pages.toSorted()).toEqual(CAUSE_IDS.map((id) => `${id}.md`).toSorted());
  });

  it.each(CAUSE_IDS)('%s is the title of its page and in the table of causes', (id) => {
    expect(readFileSync(new URL(`${id}.md`, PAGES), 'utf8')).toMatch(new RegExp(`^# ${id}\n`));
    expect(readFileSync(new URL('README.md', PAGES), 'utf8')).toContain(`[${id}](${id}.md)`);
  });
});

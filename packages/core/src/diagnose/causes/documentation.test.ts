import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampleRemedies } from '../../../../../test/support/sample-remedies.ts';
import { CAUSE_IDS, type CauseId } from '../../facts/index.ts';
import { causeOf, LANGUAGES, type Remedy } from '../index.ts';

const PAGES = new URL('../../../../../docs/causes/', import.meta.url);
const LANGUAGE_NAME = { c: 'C', node: 'Node.js', go: 'Go', java: 'Java', python: 'Python' } as const;
const SECTIONS = [
  'Mechanism',
  'How it looks from outside',
  'What it is confused with',
  'How to be sure',
  'What to do now',
  'What each remedy gives back',
  'How to fix it',
  'See it happen',
  'Public incidents',
];
/** What one terminal of 80 columns shows in a few lines. */
const LONGEST = { summary: 110, codeFix: 400, codeFixes: 240 };

const index = readFileSync(new URL('README.md', PAGES), 'utf8');

function pageOf(id: CauseId): string {
  return readFileSync(new URL(`${id}.md`, PAGES), 'utf8');
}

/** Its text without marks of code and without line breaks: what is compared is what it says. */
function sectionOf(id: CauseId, title: string): string {
  const [, rest = ''] = pageOf(id).split(`\n## ${title}\n`);
  const [section = ''] = rest.split('\n## ');
  return section;
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '').replaceAll(/\s+/g, ' ').trim();
}

const HELD_UP_BY = ['T', 't', 'D', 'S'];

function allRemediesOf(id: CauseId): readonly Remedy[] {
  return HELD_UP_BY.flatMap((state) => sampleRemedies(id, state));
}

/** The things that a text says are freed, in their order. */
function freedIn(text: string): readonly string[] {
  return ['connection', 'descriptor', 'worker'].filter((thing) => text.includes(thing));
}

function describeRemedy({ id, frees }: Remedy): string {
  return [id, ...Object.entries(frees).flatMap(([thing, isFreed]) => (isFreed ? [thing] : []))].join(' ');
}

describe('docs/causes', () => {
  it('has a page for every cause and no other', () => {
    const pages = readdirSync(PAGES).filter((file) => file !== 'README.md');
    expect(pages.toSorted()).toEqual(CAUSE_IDS.map((id) => `${id}.md`).toSorted());
  });

  it('lists the causes in the order of the registry, with severity and summary', () => {
    const rows = [...index.matchAll(/^\| \[(.+)\]\((.+)\.md\) \| (\w+) \| (.+) \|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      CAUSE_IDS.map((id) => [id, id, causeOf(id).severity, causeOf(id).summary]),
    );
  });

  it('tells every cause but the undetermined one apart at a glance, and no other', () => {
    const [, table = ''] = index.split('\n## Telling them apart at a glance\n');
    const told = [...table.matchAll(/^\|.* ([a-z-]+) \|$/gm)].map(([, id]) => id).filter((id) => id !== 'cause');
    expect(new Set(told)).toEqual(new Set<string>(CAUSE_IDS.filter((id) => id !== 'undetermined')));
    expect(told).toHaveLength(CAUSE_IDS.length - 1);
  });

  it.each(CAUSE_IDS)('%s has a page of the common shape, which leads with its summary', (id) => {
    const page = pageOf(id);
    expect(page.startsWith(`# ${id}\n\n**${causeOf(id).summary}**\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(
      // Nobody can try remedies on a cause that is not known.
      SECTIONS.filter((title) => id !== 'undetermined' || title !== 'What each remedy gives back'),
    );
    expect(sectionOf(id, 'Mechanism')).toMatch(/^```\n[^`]+^```$/m);
    const linked = [...page.matchAll(/\]\(([a-z-]+)\.md\)/g)].map(([, other]) => other);
    expect(linked.filter((other) => !CAUSE_IDS.some((one) => one === other))).toEqual([]);
  });

  it.each(CAUSE_IDS)('%s says on its page what its code says, in the same languages', (id) => {
    const { codeFix, codeFixes } = causeOf(id);
    const section = sectionOf(id, 'How to fix it');
    expect(plain(section)).toContain(plain(codeFix));
    const items = section.split(/^- /m).slice(1).map(plain);
    expect(items).toEqual(
      LANGUAGES.flatMap((language) => {
        const says = codeFixes[language];
        return says === undefined ? [] : [`**${LANGUAGE_NAME[language]}**: ${plain(says)}`];
      }),
    );
  });

  it.each(
    CAUSE_IDS,
  )('%s names the remedies that it may offer and no other, in their order, and what each frees', (id) => {
    const items = [...sectionOf(id, 'What to do now').matchAll(/^- \*\*`([\w-]+)`\*\* frees ([^.]+)\./gm)];
    const told = items.map(([, remedy = '', frees = '']) => [remedy, ...freedIn(frees)].join(' '));
    const offered = HELD_UP_BY.map((state) => sampleRemedies(id, state).map(describeRemedy));
    expect(new Set(told)).toEqual(new Set(offered.flat()));
    for (const some of offered) expect(told.filter((one) => some.includes(one))).toEqual(some);
  });

  it.each(CAUSE_IDS)('%s names the program of every command that it offers', (id) => {
    const section = sectionOf(id, 'What to do now');
    for (const { command } of allRemediesOf(id)) {
      const [program] = (command ?? '').split(' ');
      const [method = program] = / --with [\w-]+$/.exec(command ?? '') ?? [];
      expect(plain(section)).toContain(program);
      expect(plain(section)).toContain(method);
    }
  });
});

describe('the words of a cause', () => {
  it.each(CAUSE_IDS)('%s: they are there, and short enough for a report', (id) => {
    const { summary, explanation, codeFix, codeFixes } = causeOf(id);
    expect(summary.length).toBeLessThanOrEqual(LONGEST.summary);
    expect(codeFix.length).toBeLessThanOrEqual(LONGEST.codeFix);
    for (const says of Object.values(codeFixes)) expect(says.length).toBeLessThanOrEqual(LONGEST.codeFixes);
    for (const text of [summary, explanation, codeFix]) expect(text).toMatch(/^[A-Z].+[.)]$/s);
  });

  it.each(CAUSE_IDS)('%s: a remedy that frees the descriptor frees the connection too', (id) => {
    for (const { frees } of allRemediesOf(id)) expect(frees.descriptor && !frees.connection).toBe(false);
  });
});

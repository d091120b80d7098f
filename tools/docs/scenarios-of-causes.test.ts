import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAUSE_IDS, type CauseId } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { CAUSE_SCENARIOS, LAB_SCENARIOS } from '../../packages/closewait/src/lab/index.ts';

const PAGES = join(import.meta.dirname, '../../docs/causes');
const ALL = [...CAUSE_SCENARIOS, ...LAB_SCENARIOS].map(({ name }) => name);

/** Experiments on all causes, which every page names. */
const EXPERIMENTS = ['remedies', 'syn-fin', 'model'];

/** The scenarios that a page tells its reader to play. */
function scenariosIn(id: CauseId): readonly string[] {
  const text = readFileSync(join(PAGES, `${id}.md`), 'utf8').replaceAll(/\s+/g, ' ');
  return [...text.matchAll(/closewait lab ([a-z][\w-]*)/g)].flatMap(([, name = '']) =>
    EXPERIMENTS.includes(name) ? [] : name,
  );
}

describe('docs/causes and the laboratory', () => {
  it.each(CAUSE_IDS)('the page of %s names scenarios, and each of them exists', (id) => {
    const named = scenariosIn(id);
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !ALL.includes(name))).toEqual([]);
  });

  // What is undetermined depends on who looks; no scenario is made for it.
  it.each(CAUSE_IDS.filter((id) => id !== 'undetermined'))('the page of %s names a scenario that builds it', (id) => {
    const own = CAUSE_SCENARIOS.filter(({ cause }) => cause === id).map(({ name }) => name);
    expect(scenariosIn(id).some((name) => own.includes(name))).toBe(true);
  });

  it('every cause of a scenario has a page', () => {
    const causes = new Set<string>(CAUSE_SCENARIOS.map(({ cause }) => cause));
    expect([...causes].filter((cause) => !CAUSE_IDS.some((id) => id === cause))).toEqual([]);
  });
});

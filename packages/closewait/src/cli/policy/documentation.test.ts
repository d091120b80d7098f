import { readFileSync } from 'node:fs';
import { PROTECTION_IDS, WAITS } from '@closewait/core/policy';
import { makePolicySchema } from '@closewait/core/policy/schema';
import { describe, expect, it } from 'vitest';
import { CONDITION_FIELDS } from './condition-fields.ts';
import { parsePolicy } from './parse-policy.ts';

const docs = (path: string): string => readFileSync(new URL(`../../../../../docs/${path}`, import.meta.url), 'utf8');
const page = docs('policy.md');
const example = docs('examples/reap.yaml');

/** Every key, and every word that a key takes, in the schema. */
function wordsOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    if (name === 'properties') return [...Object.keys(value as object), ...wordsOf(Object.values(value as object))];
    if (name === 'enum') return value as readonly string[];
    return wordsOf(value);
  });
}

describe('docs/policy.md', () => {
  it('shows the example as it is, and the example can be used', () => {
    expect(page).toContain(`\`\`\`yaml\n${example}\`\`\`\n`);
    expect(parsePolicy(example)).toMatchObject({ ok: true, policy: { mode: 'observe' } });
  });

  it('names every key and every word of the schema', () => {
    const words = wordsOf(makePolicySchema()).filter((word) => !/^(?:tue|wed|thu|fri|sat)$/.test(word));
    expect(words).toEqual(expect.arrayContaining(['perHour', 'grace', 'thaw', 'mon']));
    expect(words.filter((word) => !new RegExp(`[\`.]${word}[\`:]`).test(page))).toEqual([]);
  });

  it('names every field of conditions', () => {
    const fields = Object.entries(CONDITION_FIELDS).flatMap(([name, { type }]) =>
      typeof type === 'string' ? [name] : Object.keys(type.schema).map((inner) => `${name}.${inner}`),
    );
    expect(fields.length).toBeGreaterThan(30);
    expect(fields.filter((field) => !page.includes(`\`${field}`))).toEqual([]);
  });

  it('names everything that protects and everything that a decision waits for', () => {
    const own = ['listed-process', 'listed-port'];
    const ids = [...PROTECTION_IDS.filter((id) => !own.includes(id)), ...WAITS];
    expect(ids.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
  });

  it.each([
    ['when: ageM > 5', "unknown field 'ageM': did you mean 'ageMs'?"],
    ['mehtod: none', "unknown key 'mehtod': did you mean 'method'?"],
    ['minAge: 5s', "expected at least 10s, not '5s'"],
  ])('shows what is said of %s', (line, says) => {
    const parsed = parsePolicy(`version: 1\nrules:\n  - ${line}\n`);
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.says)).toContain(says);
    expect(page).toContain(says);
  });
});

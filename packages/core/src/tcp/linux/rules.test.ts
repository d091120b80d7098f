import { describe, expect, it } from 'vitest';
import { LINUX_RULE_IDS, LINUX_RULES } from './rules.ts';

describe('LINUX_RULES', () => {
  it('names every departure once', () => {
    expect(Object.keys(LINUX_RULES).toSorted()).toEqual([...LINUX_RULE_IDS].toSorted());
    expect(new Set(LINUX_RULE_IDS).size).toBe(LINUX_RULE_IDS.length);
  });

  it.each(LINUX_RULE_IDS)('says of %s what Linux does, instead of what, and where', (rule) => {
    const { says, instead, section, source } = LINUX_RULES[rule];
    expect(says).toMatch(/^\S.*\.$/);
    expect(instead).toMatch(/[^.]$/);
    expect(section).toMatch(/^3\.\d+(\.\d+)*$/);
    // Each part is a file and a function, or another function of the file before.
    expect(source.split(', ')[0]).toMatch(/^net\/\S+\.c \w+\(\)$/);
    for (const part of source.split(', ')) expect(part).toMatch(/^(net\/\S+\.c )?\w+\(\)$/);
  });
});

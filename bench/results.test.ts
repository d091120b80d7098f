import { homedir, hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../test/support/closewait.ts';
import { newestResults, readResults } from './results.ts';
import { benchSchema } from './results-schema.ts';
import { sampleResults } from './sample-results.ts';

describe('results', () => {
  it('are what their schema says, and nothing else', () => {
    expect(benchSchema.parse(sampleResults())).toEqual(sampleResults());
    expect(benchSchema.safeParse({ ...sampleResults(), host: 'vm' }).success).toBe(false);
  });

  it('of the newest run name neither a machine nor a path', () => {
    const text = JSON.stringify(readResults(newestResults() ?? ''));
    expect([hostname(), CHECKOUT, homedir()].filter((name) => text.includes(`"${name}`))).toEqual([]);
  });
});

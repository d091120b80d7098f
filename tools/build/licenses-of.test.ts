import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { licensesOf } from './licenses-of.ts';

const packages = join(import.meta.dirname, '../../node_modules');

describe('the licenses of a bundle', () => {
  it('are those of every bundled package, each once, and not our own', () => {
    const text = licensesOf([
      '/somewhere/packages/closewait/src/cli/main.ts',
      join(packages, 'commander/lib/command.js'),
      join(packages, 'commander/index.js'),
      join(packages, '@marcbachmann/cel-js/lib/index.js'),
    ]);
    expect(text.match(/^(@marcbachmann\/cel-js|commander|closewait)$/gm)).toEqual([
      '@marcbachmann/cel-js',
      'commander',
    ]);
    expect(text.match(/Copyright/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('must be there', () => {
    expect(() => licensesOf(['/x/node_modules/no-such-package/index.js'])).toThrow('has no license file');
  });
});

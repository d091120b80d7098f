import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listedPackages, missingOf } from './debian-packages.ts';

describe('the Debian packages of the tests', () => {
  it('are listed one a line, sorted, each once', () => {
    const listed = listedPackages(readFileSync(join(import.meta.dirname, '../debian-packages.txt'), 'utf8'));
    expect(listed).toContain('iproute2');
    expect(listed).toEqual([...new Set(listed)].toSorted());
  });

  it('skips comments and empty lines', () => {
    expect(listedPackages('# why\n\nlsof\n')).toEqual(['lsof']);
  });

  it('that dpkg does not know as installed are missing', () => {
    const missing = missingOf(['dpkg', 'no-such-package-here']);
    // null is the answer of a system without dpkg.
    expect(missing === null ? ['no-such-package-here'] : missing).toEqual(['no-such-package-here']);
  });
});

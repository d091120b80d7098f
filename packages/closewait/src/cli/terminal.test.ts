import { describe, expect, it } from 'vitest';
import { isUtf8 } from './terminal.ts';

describe('isUtf8', () => {
  it.each([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'ca_ES.UTF-8@valencia' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'de_DE.ISO-8859-1' }, false],
    [{}, false],
    [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.UTF-8', LC_ALL: '' }, true],
  ])('%j: %s', (env, expected) => {
    expect(isUtf8(env)).toBe(expected);
  });
});

import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { keyNames } from './key-names.ts';

const NONE = {} as Key;

describe('names of keys', () => {
  it.each([
    ['a named key', '', { upArrow: true }, ['up']],
    ['Delete and Backspace, which terminals confuse', '', { delete: true }, ['backspace']],
    ['Ctrl and a letter', 'c', { ctrl: true }, ['ctrl-c']],
    ['a letter', 'G', { shift: true }, ['G']],
    [
      'what is typed fast or pasted, control characters among it',
      '\u0015pid:7\r\u007fq\u0003',
      {},
      ['ctrl-u', ...Array.from('pid:7'), 'enter', 'backspace', 'q', 'ctrl-c'],
    ],
    ['characters that would not be seen, left out', 'a\u200bb\u009b', {}, ['a', 'b']],
    ['Alt and a letter, which means nothing', 'q', { meta: true }, []],
  ])('are those of %s', (_, input, key, names) => expect(keyNames(input, { ...NONE, ...key })).toEqual(names));
});

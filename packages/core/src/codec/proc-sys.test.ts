import { describe, expect, it } from 'vitest';
import { decodeSetting } from './proc-sys.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodeSetting', () => {
  it.each([
    ['60\n', 60],
    ['0', 0],
    ['-1\n', -1],
  ])('%j is %d', (text, value) => {
    expect(decodeSetting(bytes(text))).toEqual({ ok: true, value });
  });

  it.each(['', '\n', '32768\t60999\n', 'cubic\n', '60 \u001b[2J'])('%j is no integer', (text) => {
    expect(decodeSetting(bytes(text))).toMatchObject({ ok: false, problem: { what: '/proc/sys' } });
  });
});

import { describe, expect, it } from 'vitest';
import { safeCommand, safeJson, safeText } from './safe-text.ts';

describe('safeText', () => {
  it.each([
    ['java', 'java'],
    ['Überwacher 東京 😀', 'Überwacher 東京 😀'],
    ['a\u001b[31m', 'a\\x1b[31m'],
    ['a\nb\tc\u0000', 'a\\x0ab\\x09c\\x00'],
    ['\u007f\u009b', '\\x7f\\x9b'],
    ['\u202eexe\u2066', '\\u{202e}exe\\u{2066}'],
    ['a\u200bb\u00a0', 'a\\u{200b}b\\xa0'],
    ['\ud83d', '\\u{d83d}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\\x1b', 'a\\\\x1b'],
  ])('writes %j as %s', (text, safe) => {
    expect(safeText(text)).toBe(safe);
  });
});

describe('safeCommand', () => {
  it('keeps backslashes, so that the command stays what it was', () => {
    expect(safeCommand("systemctl restart 'a\\x2db.service'\u001b")).toBe("systemctl restart 'a\\x2db.service'\\x1b");
  });
});

describe('safeJson', () => {
  it('escapes what JSON.stringify leaves, in pairs outside the BMP', () => {
    expect(safeJson({ a: '\u009b\u202e\u{e0041}é' })).toBe(String.raw`{"a":"\u009b\u202e\udb40\udc41é"}`);
  });
});

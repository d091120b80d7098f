import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeCommand, safeJson, safeText } from './safe-text.ts';

/** Any text, with what is dangerous and what looks like an escape far more often than chance has it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0, max: 0xff_ff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '\u001b[31m',
        '\u009b',
        '\u007f',
        '\n',
        '\u202e',
        '\u200b',
        '\ud800',
        '\\',
        '\\x1b',
        '\\u{202e}',
        'x',
        'é',
      ),
    ),
  )
  .map((parts) => parts.join(''));

const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/u;

/** Reads the escapes back; throws nothing, as what is no escape stands for itself. */
function unescape(text: string): string {
  return text.replace(/\\(?:\\|x(?<byte>[0-9a-f]{2})|u\{(?<point>[0-9a-f]+)\})/g, (...match) => {
    const { byte, point } = match.at(-1) as { byte?: string; point?: string };
    const digits = byte ?? point;
    return digits === undefined ? '\\' : String.fromCodePoint(Number.parseInt(digits, 16));
  });
}

describe('safeText', () => {
  it('lets nothing through that a terminal obeys or a reader cannot see', () => {
    fc.assert(fc.property(hostile, (text) => !UNSAFE.test(safeText(text)) && !UNSAFE.test(safeCommand(text))));
  });

  it('can be read back, so that no two texts look the same', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(unescape(safeText(text))).toBe(text);
      }),
    );
  });
});

describe('safeJson', () => {
  it('lets nothing through either, and parses to the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, hostile), fc.constantFrom(undefined, 2), (value, indent) => {
        const json = safeJson(value, indent);
        expect(json.replaceAll('\n', '')).not.toMatch(UNSAFE);
        expect(Object.entries(JSON.parse(json) as object)).toEqual(Object.entries(value));
      }),
    );
  });
});

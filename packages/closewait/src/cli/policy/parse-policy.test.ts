import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from './parse-policy.ts';

/** Line, column and message of everything that is wrong. */
function problems(text: string): readonly string[] {
  const parsed = parsePolicy(text);
  return parsed.ok ? [] : parsed.problems.map(({ line, column, says }) => `${line}:${column} ${says}`);
}

const rule = (more: string): string => `version: 1\nrules:\n  - {name: a, when: "true", ${more}}\n`;

describe('a policy file', () => {
  it('has defaults: it observes, and has limits', () => {
    const parsed = parsePolicy(rule('method: destroy'));
    expect(parsed).toMatchObject({
      ok: true,
      policy: {
        mode: 'observe',
        limits: { perProcess: 20, total: 100, perHour: 200 },
        protect: { processes: [], ports: [] },
        windows: [],
        rules: [
          {
            name: 'a',
            method: { method: 'destroy' },
            minAgeMs: 10_000,
            grace: 2,
            allowPossible: false,
            limits: { perProcess: Number.POSITIVE_INFINITY },
          },
        ],
      },
    });
  });

  it('is read whole', () => {
    const parsed = parsePolicy(`
version: 1
mode: enforce
limits: {perProcess: 1, total: 2, perHour: 3}
protect: {processes: [nginx], ports: [22]}
windows:
  - {days: [sat, sun], from: 22:00, to: "24:00", timezone: Europe/Berlin}
  - {}
rules:
  - {name: a, when: "true", method: shutdown, direction: write, minAge: 1.5h, grace: 7, limits: {total: 4}}
  - {name: b, when: "true", method: timeout, timeout: 90s, allowPossible: true}
  - {name: c, when: "true", method: limit, limit: 65536}
  - {name: d, when: "true", method: free-descriptor, acceptDescriptorReuse: true}
`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { policy } = parsed;
    expect(policy).toMatchObject({
      mode: 'enforce',
      limits: { perProcess: 1, total: 2, perHour: 3 },
      protect: { processes: ['nginx'], ports: [22] },
      windows: [
        { days: ['Sat', 'Sun'], fromMin: 1320, toMin: 1440, timezone: 'Europe/Berlin' },
        { days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], fromMin: 0, toMin: 1440, timezone: 'UTC' },
      ],
    });
    expect(policy.rules.map(({ condition: _, ...others }) => others)).toMatchObject([
      { method: { method: 'shutdown', direction: 'write' }, minAgeMs: 5_400_000, grace: 7, limits: { total: 4 } },
      { method: { method: 'timeout', timeoutMs: 90_000 }, allowPossible: true },
      { method: { method: 'limit', limit: 65_536 } },
      { method: { method: 'free-descriptor' } },
    ]);
  });

  it('tells everything that is wrong at once, by line and column', () => {
    const text = `version: 2
mode: enforced
rulez: []
limits: {total: 0, perMinute: 3}
windows:
  - {days: [monday], from: 22, to: "25:00", timezone: Europe/Berln}
rules:
  - name: a b
    when: >-
      cause == "x" &&
      ageM > 5
    mehtod: destroy
  - name: c
    when: 'process.comn == "a"'
    method: destroy
    direction: both
    minAge: 5s
  - name: c
    when: "inNetwork(remoteAddress, \\"10.0.0.0/33\\")"
    method: timeout
    timeout: soon
    grace: 1.5
  - when: cause
    method: kill
  - name: d
    when: |
      true &&
        ageMs ==
    method: free-descriptor
    acceptDescriptorReuse: false
  - {name: e, when: "true", method: limit}
`;
    expect(problems(text)).toEqual([
      '1:10 expected 1, not 2',
      "2:7 expected one of observe, enforce, not 'enforced'",
      "3:1 unknown key 'rulez': did you mean 'rules'?",
      '4:17 expected at least 1, not 0',
      "4:20 unknown key 'perMinute': expected one of perProcess, total, perHour",
      "6:13 expected one of mon, tue, wed, thu, fri, sat, sun, not 'monday'",
      '6:28 expected a time of day: "22:00", not 22',
      '6:36 expected a time of day: "06:00", "24:00", not \'25:00\'',
      "6:55 expected the IANA name of a time zone: UTC, Europe/Berlin, America/New_York, not 'Europe/Berln'",
      "8:5 'method' is missing: expected one of auto, destroy, shutdown, timeout, limit, thaw, free-descriptor, none",
      "8:11 expected a name of 1 to 64 letters, digits, dots, hyphens and underscores, not 'a b'",
      "11:7 unknown field 'ageM': did you mean 'ageMs'?",
      "12:5 unknown key 'mehtod': did you mean 'method'?",
      "14:20 unknown field 'comn': did you mean 'comm'?",
      '16:5 expected no direction: it belongs to the method shutdown, not destroy',
      "17:13 expected at least 10s, not '5s'",
      "18:11 expected another name, 'c' is taken",
      '19:38 expected a network like "10.0.0.0/8" or "2001:db8::/32", not \'10.0.0.0/33\'',
      "21:14 expected a duration: 500ms, 10s, 5m, 3h or 2d, not 'soon'",
      '22:12 expected a whole number, not 1.5',
      "23:5 'name' is missing: expected a name of 1 to 64 letters, digits, dots, hyphens and underscores",
      '23:11 expected a condition, which is true or false, not a value of type string',
      "24:13 expected one of auto, destroy, shutdown, timeout, limit, thaw, free-descriptor, none, not 'kill'",
      '28:17 the condition ends here, expected more of it',
      '30:28 expected true: the program may go on to use the number, which by then is another file',
      '31:37 expected limit beside the method limit',
    ]);
  });

  it.each([
    ['', ['1:1 expected a mapping of keys to values, not nothing']],
    ['- 1\n', ['1:1 expected a mapping of keys to values, not a list']],
    ['version: 1\n', ["1:1 'rules' is missing: expected a list"]],
    ['version: 1\nrules: []\n', ['2:8 expected at least 1 entry, not a list']],
    [rule('method: destroy, minAge: 10'), ['3:54 expected a duration: 500ms, 10s, 5m, 3h or 2d, not 10']],
    [rule('method: destroy, limits: '), ['3:54 expected a mapping of keys to values, not nothing']],
    [`${rule('method: destroy')}version: 1\n`, ['4:1 expected each key once in a mapping']],
    ['a: &x 1\nversion: *x\n', ['2:10 expected the values themselves in the place of an alias (*name)']],
  ])('%j', (text, says) => {
    expect(problems(text)).toEqual(says);
  });

  it.each([
    'x: [1',
    'a: b: c',
    '"',
    '\t- x',
    'a: 1\n---\nb: 2\n',
    'rules: !!js/function x',
  ])('that is no YAML is told as that: %j', (text) => {
    expect(problems(text).join('\n')).toMatch(/^\d+:\d+ ./);
  });

  it('is never half read: any text is a policy or a list of problems with places in it', () => {
    const lines = [
      'version: 1',
      'rules:',
      '  - name: a',
      '    when: "true"',
      '    method: destroy',
      'mode: enforce',
      '  x:',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof(fc.constantFrom(...lines), fc.string({ unit: 'grapheme-ascii' })))
        .map((some) => some.join('\n')),
    );
    fc.assert(
      fc.property(text, (some) => {
        const parsed = parsePolicy(some);
        if (parsed.ok) return;
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const { line, column, says } of parsed.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(some.split(/\r\n|\r|\n/).length + 1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(says).not.toBe('');
        }
      }),
      { numRuns: 200 },
    );
  });
});

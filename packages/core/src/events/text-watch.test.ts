import { describe, expect, it } from 'vitest';
import type { PassiveClose } from './passive-close.ts';
import { barOf, formatDistributions } from './text-distribution.ts';
import { formatStay, watchHead, watchLine } from './text-watch.ts';

const OPTIONS = { colour: false, unicode: true, width: 80, slowerThanMs: 1000 };
const CLOCK = { beganEpochMs: Date.UTC(2026, 10, 26, 13, 0, 0) };

const close: PassiveClose = {
  ends: { local: { address: '255.255.255.255', port: 65_535 }, remote: { address: '255.255.255.255', port: 65_535 } },
  finMs: 1,
  endedMs: 1234,
  stay: { atLeastMs: 1233, atMostMs: 1233 },
  ending: 'shutdown',
  resetSent: false,
  owner: { by: 'closer', pid: 4_194_304, name: 'a-long-name-\u001b[31m' },
  actor: null,
};

describe('watchLine', () => {
  it('fits into 80 columns with the longest IPv4 addresses, below its head, and escapes what processes write', () => {
    const line = watchLine(close, CLOCK, OPTIONS);
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toContain('13:00:01.234');
    expect(line).toContain(' 4194304 :65535 255.255.255.255:65535');
    expect(line).not.toContain('\u001b');
    expect(line.indexOf(':65535')).toBe(watchHead(OPTIONS).indexOf('LOCAL'));
    const wide = { ...OPTIONS, width: 120 };
    expect(watchLine(close, CLOCK, wide).indexOf('255.')).toBe(watchHead(wide).indexOf('LOCAL'));
    expect(watchLine(close, CLOCK, wide).length).toBeLessThanOrEqual(120);
  });

  it('says what is not known', () => {
    const unknown = { ...close, owner: { by: 'unknown', why: 'it was gone' } } as const;
    expect(watchLine(unknown, CLOCK, OPTIONS)).toContain(' ? ');
    const listener = { ...close, owner: { by: 'listener', pid: 1, name: 'nginx' } } as const;
    expect(watchLine(listener, CLOCK, OPTIONS)).toContain('~nginx 1');
    const destroyed = { ...close, ending: 'destroy', actor: { pid: 5, name: 'ss' } } as const;
    expect(watchLine(destroyed, CLOCK, OPTIONS)).toMatch(/by ss 5$/);
  });
});

describe('formatStay', () => {
  it.each([
    [0.0129, 0.0129, '12 µs'],
    [1.29, 1.29, '1.2 ms'],
    [640, 640, '640 ms'],
    [5000, null, '> 5 s'],
    [1010, 1190, '1.0-1.2 s'],
    [1_000_000, 1_000_200, '> 16 min'],
  ])('%d to %s is %s', (atLeastMs, atMostMs, text) => {
    expect(formatStay({ atLeastMs, atMostMs }, true)).toBe(text);
  });
});

describe('formatDistributions', () => {
  it('draws a bar wherever something is, and fits', () => {
    const bars = [0, 1, 1_000_000, 0, 0, 0, 0, 0, 1];
    const row = { of: 'server 12', count: 1_000_002, p50Ms: 0.5, p90Ms: 0.9, p99Ms: 1, maxMs: 200_000, bars };
    const lines = formatDistributions([row], { by: 'PROCESS', colour: false, unicode: true, width: 80 });
    expect(lines[1]).toMatch(/^server 12 +1,000,002 +500 µs +900 µs +1\.0 ms +3 min 20 s +\S\S {5}\s*\S$/u);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect([barOf(0), barOf(0.01), barOf(1e9)]).toEqual([0, 1, 8]);
  });
});

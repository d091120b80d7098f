import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatDuration,
  formatForecast,
  formatInstant,
  formatRate,
} from './quantities.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [640.9, '640 ms'],
    [999.9, '999 ms'],
    [1000, '1 s'],
    [2590, '2.5 s'],
    [12_900, '12 s'],
    [MINUTE, '1 min'],
    [4 * MINUTE + 10_000, '4 min 10 s'],
    [21 * MINUTE + 59_000, '21 min'],
    [3 * HOUR + 12 * MINUTE, '3 h 12 min'],
    [102 * HOUR, '4 d 6 h'],
    [24_000 * HOUR, '1,000 d'],
  ])('writes %d ms as %s, never longer than it was', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1204, '1,204'],
    [1_048_576, '1,048,576'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('agrees in number with its noun', () => {
    expect([0, 1, 2].map((count) => formatCountOf(count, 'process', 'processes'))).toEqual([
      '0 processes',
      '1 process',
      '2 processes',
    ]);
  });
});

describe('formatBytes', () => {
  it.each([
    [1, '1 byte'],
    [80, '80 bytes'],
    [1000, '1.0 kB'],
    [2_900_000, '2.9 MB'],
    [9960, '10 kB'],
    [999_600, '1.0 MB'],
    [123_456_789, '123 MB'],
    [5e18, '5.0 EB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatInstant', () => {
  const now = Date.UTC(2026, 10, 22, 14, 2);

  it.each([
    [Date.UTC(2026, 10, 22, 13, 41), '13:41 UTC'],
    [Date.UTC(2026, 10, 21, 23, 59), 'Nov 21 23:59 UTC'],
    [Date.UTC(2025, 1, 3, 4, 5), '2025-02-03 04:05 UTC'],
  ])('writes %d with the date only where it is another day', (then, text) => {
    expect(formatInstant(then, now)).toBe(text);
  });
});

describe('formatForecast', () => {
  it.each([
    [360_000, 300_000, 480_000, '6 min (5 to 8)'],
    [360_000, 300_000, null, '6 min (5 or more)'],
    [90_000, 80_000, 100_000, '90 s (80 to 100)'],
    [7_200_000, 7_100_000, 7_300_000, '2 h'],
    [3 * 86_400_000, 86_400_000, 90 * 86_400_000, '3 d (1 to 90)'],
    [0, 0, 0, '0 s'],
  ])('writes %i ms between %i and %j as %s', (ms, earliest, latest, text) => {
    expect(formatForecast(ms, earliest, latest)).toBe(text);
  });
});

describe('formatRate', () => {
  it.each([
    [46.2, '46 more a minute'],
    [1, '1 more a minute'],
    [0.05, '3 more an hour'],
    [1200, '20 more a second'],
    [0.001, ''],
    [0, ''],
  ])('writes %d a minute as "%s"', (perMin, text) => {
    expect(formatRate(perMin)).toBe(text);
  });
});

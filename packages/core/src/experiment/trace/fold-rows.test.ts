import { describe, expect, it } from 'vitest';
import { foldRows } from './fold-rows.ts';
import type { TimedRow } from './timed-row.ts';

const data = (atMs: number, bytes = 1000): TimedRow => ({
  kind: 'arrow',
  atMs,
  from: 'right',
  text: `${bytes} bytes`,
  tone: 'plain',
  owed: false,
  alike: 'data',
  bytes,
});
const ack = (atMs: number): TimedRow =>
  ({ ...data(atMs, 0), kind: 'arrow', from: 'left', text: 'ACK', alike: 'ack' }) as TimedRow;
const write = (atMs: number): TimedRow => ({
  kind: 'call',
  atMs,
  side: 'right',
  text: 'write(22) = 3',
  tone: 'plain',
  owed: false,
  alike: 'write',
  bytes: 0,
});

const texts = (rows: ReturnType<typeof foldRows>): readonly string[] => rows.map(({ text }) => text);

describe('foldRows', () => {
  it('makes one arrow of a long run of data, and keeps the last answer', () => {
    const rows = Array.from({ length: 40 }, (_, index) => [data(index / 10), ack(index / 10 + 0.01)]).flat();
    expect(texts(foldRows(rows, 5, false))).toEqual(['40 segments, 40 kB', 'ACK']);
  });

  it('shows a cycle once and counts the rest, with the moment until which it went on', () => {
    const rows = Array.from({ length: 20 }, (_, index) => [
      write(index),
      data(index + 0.1, 3),
      ack(index + 0.2),
    ]).flat();
    const folded = foldRows(rows, 19.5, false);
    expect(texts(folded)).toEqual(['write(22) = 3', '3 bytes', 'ACK', '19 times more']);
    expect(folded.at(-1)?.atMs).toBe(19.2);
  });

  it('says how long nothing was seen, also at the end', () => {
    expect(texts(foldRows([write(0), data(30)], 542, false))).toEqual([
      'write(22) = 3',
      '30 ms',
      '1000 bytes',
      '512 ms',
    ]);
  });

  it('leaves out the middle of what is too long, and nothing with --all', () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ ...write(index / 100), alike: String(index) }));
    const folded = foldRows(rows, 3, false);
    expect(folded.length).toBeLessThan(70);
    expect(texts(folded)).toContain('240 more rows, see --all');
    expect(foldRows(rows, 3, true)).toHaveLength(300);
  });
});

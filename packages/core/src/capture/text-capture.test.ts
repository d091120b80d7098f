import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CaptureDocument } from './capture-document.ts';
import { captureSchema } from './schema.ts';
import { formatCapture } from './text-capture.ts';

const FIXTURE = new URL('../../../../fixtures/captures/ethernet.pcap', import.meta.url);
const PAGE = new URL('../../../../docs/captures.md', import.meta.url);

function readGolden(): CaptureDocument {
  return captureSchema.parse(JSON.parse(readFileSync(`${FIXTURE.pathname}.json`, 'utf8')));
}

const PLAIN = { version: '0.1.0', colour: false, listsAll: true } as const;

describe('the text of a capture', () => {
  it('is as it was when it was recorded, and as the documentation shows it', () => {
    const text = readFileSync(`${FIXTURE.pathname}.txt`, 'utf8');
    expect(formatCapture(readGolden(), { ...PLAIN, width: 100 })).toBe(text);
    const shown = formatCapture(readGolden(), { ...PLAIN, listsAll: false, width: 100 });
    expect(readFileSync(PAGE, 'utf8')).toContain(shown);
  });

  it.each([40, 80, 120])('keeps to %d columns', (width) => {
    for (const line of formatCapture(readGolden(), { ...PLAIN, width }).split('\n')) {
      // Endpoints are not broken.
      if (!/\]:\d+ > \[/.test(line)) expect([...line].length).toBeLessThanOrEqual(width);
    }
  });

  it('says the same in colour', () => {
    const coloured = formatCapture(readGolden(), { ...PLAIN, width: 80, colour: true });
    const plain = formatCapture(readGolden(), { ...PLAIN, width: 80 });
    expect(coloured).not.toBe(plain);
    expect(coloured.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(plain);
  });

  it('shows foreign text as text', () => {
    const hostile = { ...readGolden(), file: '/tmp/\u001b[31mred\u0007.pcap', tool: 'TShark \u202e1' };
    const text = formatCapture(hostile, { ...PLAIN, width: 80 });
    expect(text).toContain(String.raw`\x1b[31mred\x07.pcap`);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('counts what it does not list', () => {
    const golden = readGolden();
    const [owing] = golden.owing;
    if (owing === undefined) throw new Error('nothing is owed');
    const many = { ...golden, owing: Array.from({ length: 25 }, () => owing) };
    expect(formatCapture(many, { ...PLAIN, width: 80 })).toContain('and 5 endpoints more, on 5 connections');
    const [connection] = owing.connections;
    if (connection === undefined) throw new Error('no connection');
    const deep = { ...owing, count: 9, connections: Array.from({ length: 9 }, () => connection) };
    expect(formatCapture({ ...golden, owing: [deep] }, { ...PLAIN, width: 80 })).toContain('and 4 more');
  });
});

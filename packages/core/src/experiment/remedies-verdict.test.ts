import { describe, expect, it } from 'vitest';
import type { MeasuredCell } from './remedies-document.ts';
import { sampleCell } from './remedies-sample.ts';
import { judgeCell, judgeCells } from './remedies-verdict.ts';

const ENDED: MeasuredCell['connection'] = { result: 'ended', leftAfterMs: 3, state: 'CLOSED' };
const LAST_ACK: MeasuredCell['connection'] = { result: 'moved', leftAfterMs: 3, state: 'LAST-ACK' };
const FREED: MeasuredCell['descriptor'] = { heldBy: 'descriptor', freed: true, afterMs: 3 };
const LOST: MeasuredCell['worker'] = { result: 'lost', afterMs: null };

describe('the verdict on a cell', () => {
  it.each([
    ['none', {}],
    ['none', { worker: LOST }],
    ['connection', { connection: ENDED }],
    ['last-ack', { connection: LAST_ACK }],
    ['hidden', { descriptor: FREED }],
    ['all', { connection: ENDED, descriptor: FREED }],
    ['leaving', { connection: LAST_ACK, descriptor: FREED }],
    ['no-worker', { connection: ENDED, descriptor: FREED, worker: LOST }],
    ['no-worker', { connection: LAST_ACK, descriptor: FREED, worker: LOST }],
  ] as const)('is %s for %o', (verdict, changes) => {
    expect(judgeCell(sampleCell(changes))).toBe(verdict);
  });

  it('calls it a harm when a half-close in use ends, and none when its peer has vanished', () => {
    const ended = { cause: 'half-close-in-use', connection: ENDED, descriptor: FREED } as const;
    expect(judgeCell(sampleCell({ ...ended, peer: 'half-closed' }))).toBe('cut');
    expect(judgeCell(sampleCell({ ...ended, peer: 'vanished' }))).toBe('all');
    expect(judgeCell(sampleCell({ cause: 'half-close-in-use' }))).toBe('none');
  });
});

describe('the verdict on several cells', () => {
  const unmeasured = { cause: 'descriptor-leaked', remedy: 'none', peer: 'closed', why: 'so' } as const;

  it('is one where all agree, and depends on the peer where they do not', () => {
    expect(judgeCells([sampleCell(), sampleCell({ peer: 'closed' })])).toBe('none');
    expect(judgeCells([sampleCell(), sampleCell({ connection: ENDED })])).toBe('mixed');
  });

  it('takes LAST-ACK beside an end for the same', () => {
    expect(judgeCells([sampleCell({ connection: ENDED }), sampleCell({ connection: LAST_ACK })])).toBe('connection');
    const free = { descriptor: FREED };
    expect(
      judgeCells([sampleCell({ ...free, connection: ENDED }), sampleCell({ ...free, connection: LAST_ACK })]),
    ).toBe('all');
    expect(judgeCells([sampleCell({ connection: LAST_ACK })])).toBe('last-ack');
  });

  it('leaves out what makes no sense, and never what could not be measured', () => {
    expect(judgeCells([{ ...unmeasured, outcome: 'not-applicable' }, sampleCell()])).toBe('none');
    expect(judgeCells([{ ...unmeasured, outcome: 'not-applicable' }])).toBe('n/a');
    expect(judgeCells([{ ...unmeasured, outcome: 'not-measured' }])).toBe('?');
    expect(judgeCells([{ ...unmeasured, outcome: 'not-measured' }, sampleCell()])).toBe('mixed');
  });
});

import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProcSched, decodeProcSchedstat } from './proc-sched.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodeProcSched', () => {
  it('reads when a thread last ran', () => {
    const text =
      'cat (14835, #threads: 1)\n-----\nse.exec_start                                :      11757130.331180\nse.vruntime : 531.566525\n';
    expect(decodeProcSched(bytes(text))).toEqual({ ok: true, value: { lastRanMs: 11757130.33118 } });
  });

  it('does not take the line from the name of the program', () => {
    expect(decodeProcSched(bytes('se.exec_start : 5.000000 (1, #threads: 1)\n')).ok).toBe(false);
  });

  it('answers, and does not throw, for any bytes', () => {
    assert(property(uint8Array(), (input) => typeof decodeProcSched(input).ok === 'boolean'));
  });
});

describe('decodeProcSchedstat', () => {
  it('turns nanoseconds into milliseconds', () => {
    expect(decodeProcSchedstat(bytes('67326000 1500000 3\n'))).toEqual({
      ok: true,
      value: { runMs: 67.326, waitMs: 1.5, runs: 3 },
    });
  });

  it('refuses other than three numbers', () => {
    for (const text of ['', '1 2', '1 2 3 4', '1 x 3']) expect(decodeProcSchedstat(bytes(text)).ok).toBe(false);
  });

  it('answers, and does not throw, for any bytes', () => {
    assert(property(uint8Array(), (input) => typeof decodeProcSchedstat(input).ok === 'boolean'));
  });
});

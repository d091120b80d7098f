import { describe, expect, it } from 'vitest';
import { waitUntil } from './wait-until.ts';

const { signal } = new AbortController();

describe('waitUntil', () => {
  it('answers true as soon as the condition holds', async () => {
    let looks = 0;
    expect(await waitUntil(() => ++looks === 3, { withinMs: 60_000, signal })).toBe(true);
    expect(looks).toBe(3);
  });

  it('answers false when the time is over, after one look at least', async () => {
    let looks = 0;
    expect(await waitUntil(() => ++looks < 0, { withinMs: 0, signal })).toBe(false);
    expect(looks).toBe(1);
  });

  it('passes on what the condition throws', async () => {
    const error = new Error('cannot look');
    const look = (): boolean => {
      throw error;
    };
    await expect(waitUntil(look, { withinMs: 60_000, signal })).rejects.toBe(error);
  });

  it('ends with the reason of an abort, without another look', async () => {
    const abort = new AbortController();
    let looks = 0;
    const look = (): boolean => {
      looks += 1;
      abort.abort(new Error('enough'));
      return false;
    };
    await expect(waitUntil(look, { withinMs: 60_000, signal: abort.signal })).rejects.toThrow('enough');
    expect(looks).toBe(1);
  });
});

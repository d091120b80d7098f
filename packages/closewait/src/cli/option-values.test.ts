import { ClosewaitError } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import {
  parseCount,
  parseDuration,
  parseInterval,
  parsePort,
  parseSeed,
  parseState,
  parseStates,
} from './option-values.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['500ms', 500],
    ['1s', 1000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['3h', 10_800_000],
    ['2d', 172_800_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', '-1s', '1 s', '1w', 's', '1e3s', '١s'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(ClosewaitError);
  });
});

describe('parseStates', () => {
  it.each([
    ['close-wait', ['CLOSE-WAIT']],
    ['CLOSE_WAIT', ['CLOSE-WAIT']],
    ['estab,fin_wait2', ['ESTABLISHED', 'FIN-WAIT-2']],
    ['time-wait, time-wait', ['TIME-WAIT']],
  ])('reads %s', (text, states) => {
    expect(parseStates(text)).toEqual(states);
  });

  it('reads all as every state that the kernel lists', () => {
    expect(parseStates('all')).toHaveLength(10);
    expect(parseStates('all')).not.toContain('CLOSED');
  });

  it.each(['', 'closed', 'close', 'close-wait;all', '8'])('refuses %j', (text) => {
    expect(() => parseStates(text)).toThrow(ClosewaitError);
  });
});

describe('parsePort', () => {
  it('reads 0 to 65535', () => {
    expect([parsePort('0'), parsePort('65535')]).toEqual([0, 65_535]);
  });

  it.each(['', '65536', '-1', '80a', '0x50', ' 80'])('refuses %j', (text) => {
    expect(() => parsePort(text)).toThrow(ClosewaitError);
  });
});

describe('parseState', () => {
  it.each([
    ['close-wait', 'CLOSE-WAIT'],
    ['CLOSE_WAIT', 'CLOSE-WAIT'],
    ['fin-wait-2', 'FIN-WAIT-2'],
    ['fin_wait2', 'FIN-WAIT-2'],
    ['estab', 'ESTABLISHED'],
    ['syn-recv', 'SYN-RECEIVED'],
    ['closed', 'CLOSED'],
  ])('reads %s as %s', (text, state) => {
    expect(parseState(text)).toBe(state);
  });

  it.each(['', 'all', 'close', 'close-wait,listen', 'CLOSEWAIT'])('refuses %j', (text) => {
    expect(() => parseState(text)).toThrow(/is not a state/);
  });
});

describe('parseInterval', () => {
  it('reads a duration', () => {
    expect(parseInterval('100ms')).toBe(100);
    expect(parseInterval('2s')).toBe(2000);
  });

  it.each(['0', '99ms', 'often'])('refuses %j', (text) => {
    expect(() => parseInterval(text)).toThrow(ClosewaitError);
  });
});

describe('parseCount', () => {
  it('reads a number', () => {
    expect(parseCount('300')).toBe(300);
  });

  it.each(['0', '-1', '1.5', 'many', '10000001'])('refuses %j', (text) => {
    expect(() => parseCount(text)).toThrow(ClosewaitError);
  });
});

describe('parseSeed', () => {
  it('reads 32 bits, with or without sign', () => {
    expect(parseSeed('-2147483648')).toBe(-(2 ** 31));
    expect(parseSeed('4294967295')).toBe(2 ** 32 - 1);
  });

  it.each(['', '4294967296', '-2147483649', '0x1'])('refuses %j', (text) => {
    expect(() => parseSeed(text)).toThrow(ClosewaitError);
  });
});

import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('the nearest word', () => {
  it.each([
    ['mehtod', 'method'],
    ['Method', 'method'],
    ['metod', 'method'],
    ['mothod', 'method'],
    ['gracee', 'grace'],
    ['x', null],
    ['perMinute', null],
    ['', null],
  ])('to %j is %j', (word, near) => {
    expect(nearest(word, ['name', 'when', 'method', 'grace', 'limits'])).toBe(near);
  });
});

import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleInterest, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { type EventInterest, unknown } from '../facts/index.ts';
import { describeInterest } from './describe-interest.ts';

const HOLDERS = [{ pid: 4121, tid: 4121, fd: 7 }];

describe('describeInterest', () => {
  it.each<[string, Partial<EventInterest>]>([
    ['IN, level', { in: true }],
    ['IN+RDHUP, edge', { in: true, rdhup: true, et: true }],
    ['IN+OUT, level, ONESHOT', { in: true, out: true, oneshot: true }],
    ['OUT only, level', { out: true }],
    ['OUT only, edge', { out: true, et: true }],
    ['ONESHOT fired', { oneshot: true, fired: true }],
    ['nothing but errors, level', { in: false }],
  ])('says %s', (text, events) => {
    const closeLook = sampleCloseLook({ interests: new Map([[700, [sampleInterest(events)]]]) });
    expect(describeInterest(sampleSocket(), HOLDERS, closeLook)).toBe(text);
  });

  it('names what differs between instances once each', () => {
    const watches = [sampleInterest(), sampleInterest(), sampleInterest({ out: true })];
    const closeLook = sampleCloseLook({ interests: new Map([[700, watches]]) });
    expect(describeInterest(sampleSocket(), HOLDERS, closeLook)).toBe('IN, level; OUT only, level');
  });

  it('tells "not watched" from "nobody looked"', () => {
    const socket = sampleSocket();
    expect(describeInterest(socket, HOLDERS, sampleCloseLook())).toBe('not watched');
    expect(describeInterest(socket, HOLDERS, null)).toBeNull();
    expect(describeInterest(socket, [], sampleCloseLook())).toBeNull();
    expect(describeInterest(socket, [...HOLDERS, { pid: 5, tid: 5, fd: 7 }], sampleCloseLook())).toBeNull();
    const denied = sampleCloseLook({ activity: { epolls: unknown('denied', 'EACCES') } });
    expect(describeInterest(socket, HOLDERS, denied)).toBeNull();
  });
});

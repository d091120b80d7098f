import { describe, expect, it } from 'vitest';
import { CallPairs } from './pair-calls.ts';

const READ = 0;
const WRITE = 1;
const FUTEX = 202;

function pairs(): CallPairs {
  return new CallPairs((number) => ({ [READ]: 'read', [WRITE]: 'write' })[number] ?? null);
}

const enter = (tid: number, number: number, ...args: readonly number[]) => ({ tid, number, args: args.map(BigInt) });
const exit = (tid: number, number: number, returned: number) => ({ tid, number, returned: BigInt(returned) });

describe('CallPairs', () => {
  it('pairs the calls of each thread, and leaves out what is of no interest', () => {
    const calls = pairs();
    calls.enter(enter(1, READ, 3, 0, 100), 10);
    calls.enter(enter(2, WRITE, 4, 0, 5), 11);
    calls.enter(enter(3, FUTEX, 0), 11.5);
    calls.exit(exit(2, WRITE, -11), 12);
    calls.exit(exit(1, READ, 80), 20);
    expect(calls.list()).toMatchObject([
      { tid: 1, name: 'read', enteredMs: 10, returnedMs: 20, result: 80, error: null, times: 1 },
      { tid: 2, name: 'write', returnedMs: 12, result: -1, error: 'EAGAIN' },
    ]);
  });

  it('makes one of what spins, and keeps apart the call that waited before', () => {
    const calls = pairs();
    calls.enter(enter(1, READ, 3, 0, 100), 0);
    calls.exit(exit(1, READ, 0), 40);
    for (let made = 0; made < 1000; made++) {
      calls.enter(enter(1, READ, 3, made, 100), 40.1 + made / 100);
      calls.exit(exit(1, READ, 0), 40.105 + made / 100);
    }
    calls.enter(enter(1, READ, 3, 0, 100), 50.2);
    expect(calls.list()).toMatchObject([
      { enteredMs: 0, returnedMs: 40, times: 1 },
      { enteredMs: 40.1, times: 1000, result: 0 },
      { enteredMs: 50.2, returnedMs: null, result: null },
    ]);
  });

  it('keeps apart another result, another descriptor, another length', () => {
    const calls = pairs();
    for (const [index, [fd, asked, result]] of [
      [3, 100, 5],
      [3, 100, 6],
      [4, 100, 6],
      [4, 50, 6],
    ].entries()) {
      calls.enter(enter(1, READ, fd ?? 0, 0, asked ?? 0), index / 10);
      calls.exit(exit(1, READ, result ?? 0), index / 10 + 0.05);
    }
    expect(calls.list().map(({ times }) => times)).toEqual([1, 1, 1, 1]);
  });

  it('makes nothing of an end without its beginning', () => {
    const calls = pairs();
    calls.exit(exit(1, READ, 3), 1);
    calls.enter(enter(1, READ, 3, 0, 1), 2);
    calls.exit(exit(1, WRITE, 3), 3);
    expect(calls.list()).toMatchObject([{ name: 'read', returnedMs: null }]);
  });
});
